import { expect } from 'chai';
import fc from 'fast-check';
import { CheckpointLog } from '../../src/journal/checkpoint-log.js';
import { JournalError } from '../../src/journal/journal-error.js';
import { FaultyFiles, seededRandom } from '../support/faulty-files.js';

const dir = '/checkpoint';

type State = ReadonlyMap<string, string>;
type Changes = readonly (readonly [key: string, json: string | undefined])[];

const change = fc.tuple(
  fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  fc.option(
    fc.integer({ min: 0, max: 300 }).map((length) => JSON.stringify('x'.repeat(length))),
    { nil: undefined },
  ),
);
const commits = fc.array(fc.array(change, { maxLength: 5 }), { minLength: 1, maxLength: 15 });

/** What each commit tried would give, by position, and the last that was acknowledged. */
interface Ledger {
  readonly states: Map<number, State>;
  position: number;
  acknowledged: number;
  safe: number;
}

const newLedger = (): Ledger => ({ states: new Map([[0, new Map()]]), position: 0, acknowledged: 0, safe: 0 });

const changed = (state: State, changes: Changes): State => {
  const next = new Map(state);
  for (const [key, json] of changes) {
    if (json === undefined) next.delete(key);
    else next.set(key, json);
  }
  return next;
};

/** Loads, checks, and commits until all is done or the machine dies. A rejected commit is dropped. */
const run = async (fs: FaultyFiles, all: readonly Changes[], ledger: Ledger): Promise<void> => {
  const log = await CheckpointLog.open({ dir, fs, spareBytes: 400, mostEntriesSpanned: 4 });
  let state = await loadChecked(log, ledger);
  for (const changes of all) {
    ledger.position += 1;
    const next = changed(state, changes);
    ledger.states.set(ledger.position, next);
    const writer = log.begin();
    for (const [key, json] of changes) writer.write('m', key, json);
    if (!(await succeeded(writer.commit(ledger.position)))) continue;
    state = next;
    ledger.acknowledged = ledger.position;
    ledger.safe = log.safePosition;
    expect(log.safePosition).to.be.at.most(ledger.position);
  }
  await log.close();
};

const loadChecked = async (log: CheckpointLog, ledger: Ledger): Promise<State> => {
  const found = await log.load();
  const position = found?.position ?? 0;
  const state = new Map(found?.entries.map(([, key, json]) => [key, json]));
  expect(position).to.be.at.least(ledger.acknowledged);
  expect([...state].sort()).to.deep.equal([...(ledger.states.get(position) ?? [])].sort());
  expect(log.damage.setAside).to.deep.equal([]);
  ledger.acknowledged = position;
  return state;
};

const succeeded = async (work: Promise<void>): Promise<boolean> => {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof JournalError) return false;
    throw error;
  }
};

describe('CheckpointLog after a crash', () => {
  it('has the last acknowledged commit or a later one, whole; twice in a row', async () => {
    await fc.assert(
      fc.asyncProperty(
        commits,
        commits,
        fc.integer({ min: 1, max: 150 }),
        fc.integer(),
        async (some, more, diesAt, seed) => {
          const random = seededRandom(seed);
          const ledger = newLedger();
          const first = new FaultyFiles();
          first.dieAt(diesAt);
          await succeeded(run(first, some, ledger));
          const second = first.crash(random);
          second.dieAt(diesAt);
          await succeeded(run(second, more, ledger));
          await run(second.crash(random), [], ledger);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('has it over errors that come and go', async () => {
    await fc.assert(
      fc.asyncProperty(commits, fc.integer(), async (all, seed) => {
        const random = seededRandom(seed);
        const fs = new FaultyFiles();
        const ledger = newLedger();
        fs.fault = ({ kind }) => {
          if (kind === 'read' || kind === 'list' || kind === 'size' || random() < 0.85) return undefined;
          return random() < 0.5
            ? { error: 'ENOSPC', bytes: Math.floor(random() * 300) }
            : { bytes: 1 + Math.floor(random() * 50) };
        };
        await succeeded(run(fs, all, ledger));
        await run(fs.crash(random), [], ledger);
      }),
      { numRuns: 400 },
    );
  });

  it('falls back no further than the safe position, whichever byte of the newest generation is damaged', async () => {
    await fc.assert(
      fc.asyncProperty(commits, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), async (all, place) => {
        const fs = new FaultyFiles();
        const ledger = newLedger();
        await run(fs, all, ledger);
        const generation = (path: string): number => Number(/\d+/.exec(path)?.[0]);
        const newest =
          fs
            .paths()
            .sort((a, b) => generation(a) - generation(b))
            .at(-1) ?? '';
        fs.corrupt(newest, (content) => {
          content[Math.floor(place * content.length)]! ^= 0x10;
          return content;
        });
        const log = await CheckpointLog.open({ dir, fs });
        const found = await log.load();
        const position = found?.position ?? 0;
        expect(position).to.be.at.least(ledger.safe);
        const state = new Map(found?.entries.map(([, key, json]) => [key, json]));
        expect([...state].sort()).to.deep.equal([...(ledger.states.get(position) ?? [])].sort());
      }),
      { numRuns: 200 },
    );
  });
});
