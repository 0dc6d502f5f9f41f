import { expect } from 'chai';
import fc from 'fast-check';
import { Outbox } from '../../src/dispatch/outbox.js';
import { BlockWriter, entryKinds } from '../../src/journal/block.js';
import type { Log } from '../../src/module.js';
import { FaultyFiles, seededRandom } from '../support/faulty-files.js';

const dir = '/outbox';
const said: string[] = [];
const say = (message: string): void => void said.push(message);
const log: Log = { info: say, warn: say, error: say };
/** Of what runs until its disk is gone: it complains for as long as the test runs. */
const unheard: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

type Step = { readonly append: number } | 'sync' | 'trim';

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ append: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: fc.constant('sync' as const) },
  { weight: 2, arbitrary: fc.constant('trim' as const) },
);

const idOf = (number: number): string => `${number}-0`;
const jsonOf = (number: number): string => JSON.stringify({ id: idOf(number), filler: '.'.repeat(100) });

const blockOf = (first: number, count: number): Uint8Array => {
  const writer = new BlockWriter({ firstSeq: first, bytes: 256 });
  for (let number = first; number < first + count; number += 1) {
    const bytes = Buffer.from(jsonOf(number));
    writer.add(entryKinds.event, 0, undefined, 0, bytes, 0, bytes.length);
  }
  return writer.seal(0);
};

/** What must be found: every event up to `synced` that nobody has; none below `trimmed` need be. */
interface Ledger {
  synced: number;
  delivered: number;
}

const open = (fs: FaultyFiles, heard = log): Promise<Outbox> =>
  Outbox.open({ dir, fs, log: heard, maxBytes: 1024 ** 3, segmentBytes: 1200 });

/** Runs the steps until they are done, or the disk is gone. */
const run = async (
  fs: FaultyFiles,
  steps: readonly Step[],
  ledger: Ledger,
  opened: (outbox: Outbox) => void = () => undefined,
): Promise<void> => {
  const outbox = await open(fs, unheard);
  opened(outbox);
  for (const each of steps) {
    if (each === 'sync') {
      await outbox.sync();
      ledger.synced = Math.max(ledger.synced, outbox.syncedNumber);
    } else if (each === 'trim') {
      ledger.delivered = Math.max(ledger.delivered, ledger.synced - 2);
      await outbox.trim(ledger.delivered);
    } else {
      const first = outbox.lastNumber + 1;
      await outbox.append(blockOf(first, each.append), idOf(first + each.append - 1));
    }
  }
};

/** As `run`, on a disk that dies at an operation: what waits for it then waits in vain. */
const runUntilDeath = async (
  fs: FaultyFiles,
  steps: readonly Step[],
  how: { readonly ledger: Ledger; readonly diesAt: number },
): Promise<void> => {
  fs.dieAt(how.diesAt);
  const { fault } = fs;
  const died = new Promise<void>((resolve) => {
    fs.fault = (operation) => {
      if (operation.number >= how.diesAt) resolve();
      return fault(operation);
    };
  });
  let outbox: Outbox | undefined;
  const running = run(fs, steps, how.ledger, (opened) => {
    outbox = opened;
  });
  await Promise.race([running, died]).catch(() => undefined);
  // It would try again for as long as the process runs.
  void outbox?.close().catch(() => undefined);
};

const expectSurvivors = async (fs: FaultyFiles, ledger: Ledger): Promise<void> => {
  const outbox = await open(fs);
  said.splice(0); // That a torn end was cut off.
  const { lastNumber } = outbox;
  expect(lastNumber).to.be.at.least(ledger.synced);
  expect(outbox.lastEventId).to.equal(lastNumber === 0 ? undefined : idOf(lastNumber));
  const behind = outbox.behind();
  let number = ledger.delivered;
  while (number < lastNumber) {
    const batch = await behind.next(number);
    if (batch === undefined) expect.fail(`nothing behind ${number} of ${lastNumber}: ${said.join('; ')}`);
    expect(batch.firstNumber).to.be.at.most(number + 1);
    batch.json.forEach((json, index) => expect(json).to.equal(jsonOf(batch.firstNumber + index)));
    number = batch.firstNumber + batch.json.length - 1;
  }
  behind.reset();
  expect(said).to.deep.equal([]);
  await outbox.close();
};

const plans = [
  fc.array(step, { minLength: 1, maxLength: 25 }),
  fc.array(step, { minLength: 1, maxLength: 10 }),
] as const;

describe('Outbox after a crash', () => {
  it('has every synced event that is not delivered, none damaged, and knows the newest; after a loss of power, twice in a row', async () => {
    await fc.assert(
      fc.asyncProperty(...plans, fc.integer({ min: 1, max: 120 }), fc.integer(), async (steps, more, diesAt, seed) => {
        const random = seededRandom(seed);
        const ledger: Ledger = { synced: 0, delivered: 0 };
        const first = new FaultyFiles();
        await runUntilDeath(first, steps, { ledger, diesAt });
        const second = first.crash(random);
        await runUntilDeath(second, more, { ledger, diesAt });
        await expectSurvivors(second.crash(random), ledger);
      }),
      { numRuns: 300 },
    );
  });

  it('knows the newest event also where a segment was begun, nothing written to it, and all before it trimmed', async () => {
    const fs = new FaultyFiles();
    const outbox = await open(fs);
    await outbox.append(blockOf(1, 6), idOf(6));
    await outbox.close();
    // A kill between making the segment's file and the first write to it.
    await fs.open(`${dir}/0000000000000007.seg`, 'create');
    await fs.syncDir(dir);
    const again = await open(fs);
    await again.trim(6);
    await again.close();
    await expectSurvivors(fs, { synced: 6, delivered: 6 });
  });

  it('goes on over errors that come and go, and loses nothing it has taken', async () => {
    for (const seed of [1, 2, 3]) {
      const random = seededRandom(seed);
      const fs = new FaultyFiles();
      let failures = 0;
      fs.fault = ({ kind }) => {
        if (!['write', 'open', 'syncDir'].includes(kind) || failures > 12 || random() < 0.8) return undefined;
        failures += 1;
        return random() < 0.5 ? { error: 'ENOSPC', bytes: 50 } : { bytes: 9 };
      };
      const steps = Array.from({ length: 20 }, (): Step => ({ append: 2 }));
      const ledger: Ledger = { synced: 0, delivered: 0 };
      await run(fs, [...steps, 'sync'], ledger);
      fs.fault = () => undefined;
      expect(ledger.synced).to.equal(40);
      await expectSurvivors(fs.crash(random), ledger);
    }
  });

  it('takes nothing more after a failed sync: the kernel would say yes the next time without having written', async () => {
    const fs = new FaultyFiles();
    const outbox = await open(fs);
    await outbox.append(blockOf(1, 2), idOf(2));
    fs.fault = ({ kind }) => (kind === 'sync' ? { error: 'EIO' } : undefined);
    const codes: string[] = [];
    const codeOf = (error: { code?: string }): void => void codes.push(error.code ?? '');
    await outbox.sync().catch(codeOf);
    fs.fault = () => undefined;
    await outbox.sync().catch(codeOf);
    await outbox.append(blockOf(3, 1), idOf(3)).catch(codeOf);
    expect(codes).to.deep.equal(['sync-failed', 'sync-failed', 'sync-failed']);
    expect(outbox.syncedNumber).to.equal(0);
  });
});
