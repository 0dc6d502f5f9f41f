import { expect } from 'chai';
import fc from 'fast-check';
import { JournalError } from '../../src/journal/journal-error.js';
import { SegmentLog } from '../../src/journal/segment-log.js';
import { blockOf, textsOf } from '../support/blocks.js';
import { FaultyFiles, seededRandom } from '../support/faulty-files.js';

const dir = '/log';

type Step = { readonly append: number; readonly wait: boolean } | 'sync' | 'trim';

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ append: fc.integer({ min: 1, max: 900 }), wait: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constant('sync' as const) },
  { weight: 1, arbitrary: fc.constant('trim' as const) },
);

/** What must and what may be found: by number, the entry whose append resolved, or else all that were tried. */
interface Ledger {
  readonly texts: Map<number, ReadonlySet<string>>;
  synced: number;
  trimmed: number;
}

const appendAll = async (
  log: SegmentLog,
  block: { readonly firstSeq: number; readonly texts: readonly string[]; readonly ledger: Ledger },
): Promise<void> => {
  const { firstSeq, texts, ledger } = block;
  try {
    await log.append(blockOf(firstSeq, texts));
    texts.forEach((text, index) => ledger.texts.set(firstSeq + index, new Set([text])));
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
  }
};

/** Runs the steps until they are done or the machine dies. */
const run = async (fs: FaultyFiles, steps: readonly Step[], ledger: Ledger): Promise<void> => {
  const log = await SegmentLog.open({ dir, fs, segmentBytes: 1500 });
  const waiting: Promise<unknown>[] = [];
  let nextSeq = log.lastSeq + 1;
  for (const seq of ledger.texts.keys()) if (seq >= nextSeq) ledger.texts.delete(seq);
  for (const each of steps) {
    if (each === 'sync') {
      const upTo = log.lastSeq;
      await log.sync();
      ledger.synced = Math.max(ledger.synced, upTo);
    } else if (each === 'trim') {
      ledger.trimmed = Math.max(ledger.trimmed, ledger.synced - 3);
      await log.trim(ledger.trimmed);
    } else {
      const texts = [`${nextSeq} ${'x'.repeat(each.append)}`, `${nextSeq + 1}`];
      texts.forEach((text, index) => {
        ledger.texts.set(nextSeq + index, new Set([text, ...(ledger.texts.get(nextSeq + index) ?? [])]));
      });
      waiting.push(appendAll(log, { firstSeq: nextSeq, texts, ledger }));
      nextSeq += 2;
      if (!each.wait) continue;
      await Promise.all(waiting);
      nextSeq = log.lastSeq + 1;
    }
  }
  await Promise.all(waiting);
};

const expectSurvivors = async (fs: FaultyFiles, ledger: Ledger): Promise<void> => {
  const log = await SegmentLog.open({ dir, fs, segmentBytes: 1500 });
  expect(log.lastSeq).to.be.at.least(ledger.synced);
  let next = log.firstSeq;
  expect(next).to.be.at.most(Math.max(1, ledger.trimmed));
  for await (const location of log.blocksFrom(next, (gap) => expect.fail(`gap ${JSON.stringify(gap)}`))) {
    for (const text of textsOf(await log.read(location))) {
      expect([...(ledger.texts.get(next) ?? [])]).to.include(text);
      next += 1;
    }
  }
  expect(next).to.equal(log.lastSeq + 1);
  await log.close();
};

const dying = async (work: Promise<void>): Promise<void> => {
  await work.catch((error: unknown) => {
    if (!(error instanceof JournalError)) throw error;
  });
};

describe('SegmentLog after a crash', () => {
  it('has every synced block, only a prefix of the blocks, and no damaged one; twice in a row', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 25 }),
        fc.array(step, { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 1, max: 120 }),
        fc.integer(),
        async (steps, more, diesAt, seed) => {
          const random = seededRandom(seed);
          const ledger: Ledger = { texts: new Map(), synced: 0, trimmed: 0 };
          const first = new FaultyFiles();
          first.dieAt(diesAt);
          await dying(run(first, steps, ledger));
          const second = first.crash(random);
          second.dieAt(diesAt);
          await dying(run(second, more, ledger));
          await expectSurvivors(second.crash(random), ledger);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('has every resolved block when only the process died', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), async (diesAt) => {
        const fs = new FaultyFiles();
        fs.dieAt(diesAt);
        const ledger: Ledger = { texts: new Map(), synced: 0, trimmed: 0 };
        const steps = Array.from({ length: 20 }, (): Step => ({ append: 300, wait: false }));
        await dying(run(fs, steps, ledger));
        await expectSurvivors(fs.kill(), ledger);
      }),
      { numRuns: 60 },
    );
  });

  it('goes on over errors that come and go, and has what it said it has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), fc.integer(), async (steps, seed) => {
        const random = seededRandom(seed);
        const fs = new FaultyFiles();
        fs.fault = ({ kind }) => {
          if (!['write', 'truncate', 'open', 'unlink', 'syncDir'].includes(kind) || random() < 0.7) return undefined;
          return random() < 0.5
            ? { error: 'ENOSPC', bytes: Math.floor(random() * 500) }
            : { bytes: 1 + Math.floor(random() * 50) };
        };
        const ledger: Ledger = { texts: new Map(), synced: 0, trimmed: 0 };
        const everyWait = steps.map((each) => (typeof each === 'object' ? { ...each, wait: true } : each));
        await dying(run(fs, everyWait, ledger));
        await expectSurvivors(fs.crash(random), ledger);
      }),
      { numRuns: 300 },
    );
  });
});
