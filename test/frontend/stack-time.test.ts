import { expect } from 'chai';
import { AtWork } from '../../src/frontend/at-work.js';
import { Frontend } from '../../src/frontend/frontend.js';
import { StackRunner } from '../../src/frontend/stack-runner.js';
import { BlockReader, BlockWriter, entryKinds, FrameSource } from '../../src/journal/block.js';

const begin = Date.UTC(2026, 10, 21, 12);
const second = 1000;
const source = new FrameSource({ input: 'test' });

/** A core on the clock of receipt, given frames and clock entries of these times, one block each: ticks and stack time. */
const runAt = (times: readonly (readonly ['frame' | 'clock', number])[]): { ticks: number[]; nows: number[] } => {
  const ticks: number[] = [];
  const nows: number[] = [];
  const runner = new StackRunner(() => undefined, new AtWork());
  runner.modules = [{ name: 'm', module: { onTick: (now) => void ticks.push((now - begin) / second) } }];
  const frontend = new Frontend({ runner, clock: 'receipt', turnOff: () => undefined });
  for (const [index, [kind, at]] of times.entries()) {
    const writer = new BlockWriter({ firstSeq: index + 1, bytes: 256 });
    const bytes = Buffer.from(kind === 'frame' ? '<13>Nov 21 12:00:00 host app: hello' : '');
    writer.add(entryKinds[kind], 0, source, begin + at * second, bytes, 0, bytes.length);
    frontend.block(new BlockReader(writer.seal(0)));
    nows.push((frontend.now - begin) / second);
  }
  return { ticks, nows };
};

describe('stack time on the clock of receipt', () => {
  it('stands while the clock is set back, and goes on where it has caught up: nothing is due twice', () => {
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

  it('goes over a jump forward with one tick', () => {
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
