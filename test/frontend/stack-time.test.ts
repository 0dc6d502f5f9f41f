import { expect } from 'chai';
import { NoticeEvent } from '../../src/events/event.js';
import { AtWork } from '../../src/frontend/at-work.js';
import { Frontend } from '../../src/frontend/frontend.js';
import { StackRunner } from '../../src/frontend/stack-runner.js';
import { BlockReader, BlockWriter, entryKinds, FrameSource } from '../../src/journal/block.js';

class Ticked extends NoticeEvent {
  get summary(): string {
    return 'ticked';
  }
}

const begin = Date.UTC(2026, 10, 21, 12);
const second = 1000;
const source = new FrameSource({ input: 'test' });

/** A frame or a clock entry at this second, or the clock set by so many seconds at this second of the new clock. */
type Entry = readonly ['frame' | 'clock', at: number] | readonly ['set', by: number, at: number];

/** A core on the clock of receipt, given these entries, one block each: ticks, stack time and the wall's. */
const runAt = (entries: readonly Entry[]): { ticks: number[]; nows: number[]; walls: number[]; told: number[] } => {
  const ticks: number[] = [];
  const nows: number[] = [];
  const walls: number[] = [];
  const told: number[] = [];
  const secondsOf = (time: number): number => (time - begin) / second;
  const runner: StackRunner = new StackRunner((event) => void told.push(secondsOf(event.time)), new AtWork());
  const onTick = (now: number): void => {
    ticks.push(secondsOf(now));
    runner.dispatch(new Ticked({}), 'm');
  };
  runner.modules = [{ name: 'm', module: { onTick } }];
  const frontend = new Frontend({ runner, clock: 'receipt', turnOff: () => undefined });
  for (const [index, entry] of entries.entries()) {
    const writer = new BlockWriter({ firstSeq: index + 1, bytes: 256 });
    const kind = entry[0] === 'frame' ? entryKinds.frame : entryKinds.clock;
    const at = entry[0] === 'set' ? entry[2] : entry[1];
    const texts = { frame: '<13>Nov 21 12:00:00 host app: hello', clock: '', set: `{"jumpedMs":${entry[1] * second}}` };
    const bytes = Buffer.from(texts[entry[0]]);
    writer.add(kind, 0, source, begin + at * second, bytes, 0, bytes.length);
    frontend.block(new BlockReader(writer.seal(0)));
    nows.push(secondsOf(frontend.now));
    walls.push(secondsOf(frontend.wallTime));
  }
  return { ticks, nows, walls, told };
};

const hour = 3600;

describe('stack time on the clock of receipt', () => {
  it('goes on steadily where the clock is set forward; what the wall shows goes with it', () => {
    const { ticks, nows, walls, told } = runAt([
      ['clock', 1],
      ['set', 10 * hour, 10 * hour + 2],
      ['frame', 10 * hour + 2.5],
      ['clock', 10 * hour + 3],
    ]);
    expect(nows).to.deep.equal([1, 2, 2.5, 3]);
    expect(ticks).to.deep.equal([1, 2, 3]);
    expect(walls).to.deep.equal([1, 10 * hour + 2, 10 * hour + 2.5, 10 * hour + 3]);
    expect(told).to.deep.equal([1, 10 * hour + 2, 10 * hour + 3]);
  });

  it('goes on steadily where the clock is set back, and where it is set right again', () => {
    const { ticks, nows, walls } = runAt([
      ['clock', 1],
      ['frame', 2 - hour],
      ['set', -hour, 2 - hour],
      ['frame', 2.5 - hour],
      ['clock', 3 - hour],
      ['set', hour, 4],
      ['clock', 5],
    ]);
    expect(nows).to.deep.equal([1, 1, 2, 2.5, 3, 4, 5]);
    expect(ticks).to.deep.equal([1, 2, 3, 4, 5]);
    expect(walls).to.deep.equal([1, 1, 2 - hour, 2.5 - hour, 3 - hour, 4, 5]);
  });

  it('begins where the wall is, however that was set before anything was received', () => {
    const { nows, walls } = runAt([
      ['set', 50 * 365 * 24 * hour, 10],
      ['frame', 11],
    ]);
    expect([nows, walls]).to.deep.equal([
      [10, 11],
      [10, 11],
    ]);
  });

  it('stands while the time goes back by what is no jump, and goes on where it has caught up: nothing is due twice', () => {
    const { ticks, nows } = runAt([
      ['frame', 10],
      ['frame', -3600],
      ['clock', -3599],
      ['frame', 9],
      ['clock', 10],
      ['frame', 11],
    ]);
    expect(nows).to.deep.equal([10, 10, 10, 10, 10, 11]);
    expect(ticks).to.deep.equal([10, 11]);
  });

  it('goes over a pause with one tick: that time has passed', () => {
    const { ticks, nows } = runAt([
      ['clock', 1],
      ['clock', 86_400],
      ['frame', 86_400.5],
      ['clock', 2],
    ]);
    expect(nows).to.deep.equal([1, 86_400, 86_400.5, 86_400.5]);
    expect(ticks).to.deep.equal([1, 86_400]);
  });
});
