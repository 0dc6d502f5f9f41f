import { expect } from 'chai';
import fc from 'fast-check';
import { AtWork, moduleCalls, moduleNumber } from '../../src/frontend/at-work.js';
import type { Event } from '../../src/events/event.js';
import { Frontend } from '../../src/frontend/frontend.js';
import { StackRunner } from '../../src/frontend/stack-runner.js';
import { noVerdicts, type Verdicts, VerdictWalk } from '../../src/frontend/verdicts.js';
import { BlockReader } from '../../src/journal/block.js';
import { blockOf } from '../support/blocks.js';

/** Two modules over one block of frames that are their own numbers: who saw which, and what came out. */
const workOff = (verdicts: Verdicts) => {
  const events: Event[] = [];
  const seen: Record<string, number[]> = { first: [], second: [] };
  const aside: string[] = [];
  const runner = new StackRunner((event) => events.push(event));
  runner.modules = Object.entries(seen).map(([name, records]) => ({
    name,
    module: { onRecord: ({ seq }) => void records.push(seq) },
  }));
  const frontend = new Frontend({
    runner,
    clock: 'receipt',
    verdicts,
    turnOff: (names) => runner.turnOff(names),
    setAside: ({ seq, bytes, start, end }) => aside.push(`${seq} ${bytes.toString('utf8', start, end)}`),
  });
  frontend.block(new BlockReader(blockOf(1, ['one', 'two', 'three', 'four', 'five', 'six'])));
  return { seen, aside, counters: frontend.counters, events: events.map((event) => [event.id, event.summary]) };
};

describe('verdicts', () => {
  it('pass over an entry, tell of it in its place, and keep its bytes', () => {
    const { seen, aside, events, counters } = workOff({
      ...noVerdicts,
      aside: [{ seq: 3, by: 'first', reason: 'bad' }],
    });
    expect(seen).to.deep.equal({ first: [1, 2, 4, 5, 6], second: [1, 2, 4, 5, 6] });
    expect(aside).to.deep.equal(['3 three']);
    expect(events).to.deep.equal([['3-0', 'journal entry 3 of test was set aside: bad']]);
    expect(counters).to.include({ records: 5, poisoned: 1 });
  });

  it('turn a module off from one entry to another, and tell of it once', () => {
    const off = [{ name: 'first', from: 2, until: 4, reason: 'slow' }];
    const { seen, events } = workOff({ ...noVerdicts, off });
    expect(seen).to.deep.equal({ first: [1, 5, 6], second: [1, 2, 3, 4, 5, 6] });
    expect(events).to.deep.equal([['2-0', 'first was turned off until a restart or a changed configuration: slow']]);
  });

  it('hold when the core begins in the middle of them', () => {
    const off = [{ name: 'second', from: 0, reason: 'slow' }];
    const { seen, events } = workOff({ ...noVerdicts, off });
    expect(seen).to.deep.equal({ first: [1, 2, 3, 4, 5, 6], second: [] });
    expect(events).to.deep.equal([]);
  });

  it('VerdictWalk finds each of them by asking only where it says so', () => {
    const seq = fc.integer({ min: 0, max: 40 });
    const verdict = fc.record({
      aside: fc.array(seq.map((at) => ({ seq: at, by: 'm', reason: '' }))),
      off: fc.array(
        fc.record({
          name: fc.constantFrom('a', 'b'),
          from: seq,
          until: fc.option(seq, { nil: undefined }),
          reason: fc.constant(''),
        }),
      ),
    });
    fc.assert(
      fc.property(verdict, (verdicts) => {
        const walk = new VerdictWalk(verdicts);
        let off: ReadonlySet<string> = new Set();
        for (let at = 1; at <= 45; at += 1) {
          const asked = at >= walk.due ? walk.at(at) : undefined;
          if (asked !== undefined) off = asked.off;
          expect(asked?.aside !== undefined).to.equal(verdicts.aside.some((one) => one.seq === at));
          const isOff = verdicts.off.filter(({ from, until = Infinity }) => from <= at && at <= until);
          expect([...off].sort()).to.deep.equal([...new Set(isOff.map(({ name }) => name))].sort());
        }
      }),
    );
  });
});

describe('AtWork', () => {
  it('shows another thread which entry is at work, and whose turn it is', () => {
    const written = new AtWork();
    const read = new AtWork(written.shared);
    const looks: unknown[] = [];
    const look = (): void => void looks.push(read.look().working);
    written.idle();
    look();
    written.entry(2 ** 52 + 1);
    look();
    for (const call of Object.values(moduleCalls)) {
      written.module(moduleNumber(1000) + call);
      look();
    }
    written.plugin(0);
    look();
    expect(looks).to.deep.equal([
      { kind: 'idle' },
      { kind: 'core' },
      ...Object.keys(moduleCalls).map((call) => ({ kind: 'module', index: 1000, call })),
      { kind: 'plugin', index: 0 },
    ]);
    expect(read.look().seq).to.equal(2 ** 52 + 1);
  });

  it('is told by the runner of every call, before it is made', () => {
    const atWork = new AtWork();
    const calls: unknown[] = [];
    const note = (): void => void calls.push(atWork.look());
    const runner = new StackRunner(note, atWork);
    runner.modules = [
      { name: 'quiet', module: {} },
      { name: 'm', module: { onRecord: note, onTick: note } },
    ];
    const frontend = new Frontend({ runner, clock: 'receipt', turnOff: () => undefined });
    frontend.block(new BlockReader(blockOf(5, ['one'], 3000)));
    expect(calls.map((pulse) => ({ ...(pulse as object), beats: 0 }))).to.deep.equal([
      { seq: 5, working: { kind: 'module', index: 1, call: 'onTick' }, beats: 0 },
      { seq: 5, working: { kind: 'module', index: 1, call: 'onRecord' }, beats: 0 },
    ]);
  });

  it('shows whose memory a checkpoint is taken of', () => {
    const atWork = new AtWork();
    const runner = new StackRunner(() => undefined, atWork);
    runner.modules = [{ name: 'm', module: {} }];
    const working = () => atWork.look().working;
    expect(runner.saves('m', working)).to.deep.equal({ kind: 'module', index: 0, call: 'checkpoint' });
    expect([runner.saves('$core', working), working()]).to.deep.equal([{ kind: 'idle' }, { kind: 'idle' }]);
  });
});
