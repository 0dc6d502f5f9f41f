import { join } from 'node:path';
import { expect } from 'chai';
import { Delivery } from '../../src/dispatch/delivery.js';
import { Lane } from '../../src/dispatch/lane.js';
import { Outbox } from '../../src/dispatch/outbox.js';
import { type Event, NoticeEvent } from '../../src/events/event.js';
import { StackRunner } from '../../src/frontend/stack-runner.js';
import type { Log } from '../../src/module.js';
import { EventBatch } from '../../src/run/event-batch.js';
import { until } from '../support/eventually.js';
import { temporaryDirs } from '../support/temporary-dir.js';

class Said extends NoticeEvent<typeof Said.fields> {
  static override readonly fields = { n: 'number', filler: 'string' } as const;
  get summary(): string {
    return `said ${this.fields.n}`;
  }
}

const log: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const roomy = 1024 ** 3;

/** Events `from`…`to`, one a journal entry, as the core would dispatch them. */
const batchOf = (batch: EventBatch, from: number, to: number, filler = ''): void => {
  const runner = new StackRunner((event) => batch.add(event));
  for (let n = from; n <= to; n += 1) {
    runner.modules = [{ name: 'm', module: { onTick: () => runner.dispatch(new Said({ n, filler }), 'm') } }];
    runner.beginEntry(n, 1000 * n);
    runner.tick(1000 * n);
  }
};

const append = async (outbox: Outbox, from: number, to: number, filler = ''): Promise<void> => {
  const batch = new EventBatch({ lastEventId: outbox.lastEventId, lastEventNumber: outbox.lastNumber });
  batchOf(batch, from, to, filler);
  const block = batch.take();
  if (block !== undefined) await outbox.append(block, batch.lastEventId);
};

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe('Outbox and Lane', () => {
  const { dir } = temporaryDirs();
  let stopping = new AbortController();
  beforeEach(() => {
    stopping = new AbortController();
  });

  const lane = (outbox: Outbox, position: number): { readonly lane: Lane; readonly got: number[] } => {
    const got: number[] = [];
    const listener = { handle: (event: Event) => void got.push((event.fields as { n: number }).n) };
    const delivery = new Delivery({ name: 'l', listener, log, refused: () => true, stopped: stopping.signal });
    const made = new Lane({
      delivery,
      outbox,
      findClass: () => Said,
      position,
      log,
      stopped: stopping.signal,
      moved: () => undefined,
    });
    made.start();
    return { lane: made, got };
  };
  const open = (maxBytes = roomy): Promise<Outbox> => Outbox.open({ dir: join(dir(), 'outbox'), maxBytes, log });

  it('brings every event to a lane once, in order, while more are appended', async () => {
    const outbox = await open();
    const { got } = lane(outbox, 0);
    for (let n = 0; n < 10; n += 1) await append(outbox, n * 10 + 1, n * 10 + 10);
    await until('all are delivered', () => got.length >= 100);
    expect(got).to.deep.equal(numbers(1, 100));
    stopping.abort();
    await outbox.close();
  });

  it('goes on after a restart behind what a lane had, from disk', async () => {
    const first = await open();
    await append(first, 1, 50);
    await first.close();
    const outbox = await open();
    expect(outbox.lastEventId).to.equal('50-0');
    expect(outbox.lastNumber).to.equal(50);
    const { got } = lane(outbox, 20);
    await append(outbox, 51, 60);
    await until('the rest is delivered', () => got.length >= 40);
    expect(got).to.deep.equal(numbers(21, 60));
    stopping.abort();
    await outbox.close();
  });

  it('takes no event twice that the core makes again after a restart', async () => {
    const first = await open();
    await append(first, 1, 30);
    await first.close();
    const outbox = await open();
    await append(outbox, 11, 40);
    expect(outbox.lastNumber).to.equal(40);
    const { got } = lane(outbox, 0);
    await until('all are delivered', () => got.length >= 40);
    expect(got).to.deep.equal(numbers(1, 40));
    stopping.abort();
    await outbox.close();
  });

  it('serves a lane that lags beyond what is in memory from disk, and one that does not from memory', async () => {
    const outbox = await open();
    const filler = 'x'.repeat(1000);
    for (let n = 0; n < 40; n += 1) await append(outbox, n * 1000 + 1, n * 1000 + 1000, filler);
    const slow = lane(outbox, 0);
    const quick = lane(outbox, 39_500);
    await until('both are served', () => slow.got.length >= 40_000 && quick.got.length >= 500);
    expect(slow.got).to.deep.equal(numbers(1, 40_000));
    expect(quick.got).to.deep.equal(numbers(39_501, 40_000));
    stopping.abort();
    await outbox.close();
  });

  it('forgets the oldest where it is full, and the lane that lacked them counts each', async () => {
    const outbox = await open(10 * 1024 * 1024);
    const filler = 'x'.repeat(1000);
    for (let n = 0; n < 40; n += 1) {
      await append(outbox, n * 1000 + 1, n * 1000 + 1000, filler);
      await outbox.trim(0);
    }
    expect(outbox.bytes).to.be.lessThan(30 * 1024 * 1024);
    const { lane: late, got } = lane(outbox, 0);
    await until('what is left is delivered', () => got.at(-1) === 40_000);
    expect(late.dropped).to.be.greaterThan(0);
    expect(late.dropped + got.length).to.equal(40_000);
    expect(got).to.deep.equal(numbers(late.dropped + 1, 40_000));
    stopping.abort();
    await outbox.close();
  });

  it('works in memory alone where there is no directory, within its bound', async () => {
    const outbox = await Outbox.open({ dir: undefined, maxBytes: roomy, log });
    const { got } = lane(outbox, 0);
    await append(outbox, 1, 100);
    await until('all are delivered', () => got.length === 100);
    await outbox.trim(100);
    expect(outbox.bytes).to.equal(0);
    stopping.abort();
    await outbox.close();
  });
});
