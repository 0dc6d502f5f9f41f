import { join } from 'node:path';
import { expect } from 'chai';
import { AppendFile } from '../../src/appender/append-file.js';
import { Delivery } from '../../src/dispatch/delivery.js';
import { Lane } from '../../src/dispatch/lane.js';
import { LanePlaces } from '../../src/dispatch/lane-places.js';
import { LanePositions } from '../../src/dispatch/lane-positions.js';
import { Outbox } from '../../src/dispatch/outbox.js';
import { NoticeEvent } from '../../src/events/event.js';
import type { Listener } from '../../src/listener.js';
import { EventBatch } from '../../src/run/event-batch.js';
import { record } from '../contracts/listener-context.js';
import { until } from '../support/eventually.js';
import { noteLog } from '../support/note-log.js';
import { temporaryDirs } from '../support/temporary-dir.js';

class Said extends NoticeEvent<typeof Said.fields> {
  static override readonly fields = { n: 'number' } as const;
  get summary(): string {
    return `said ${this.fields.n}`;
  }
}

const saidBlock = (count: number, lastEventNumber = 0): { block: Uint8Array; lastEventId: string } => {
  const batch = new EventBatch({ lastEventId: undefined, lastEventNumber });
  for (let n = 0; n < count; n += 1) {
    const event = new Said({ n });
    batch.add(Object.assign(event, { id: `1-${n}`, time: 0, module: 'test' }));
  }
  return { block: batch.take() ?? new Uint8Array(), lastEventId: batch.lastEventId };
};

describe('Lane', () => {
  const { dir } = temporaryDirs();

  it('asks one thing at a time of its listener, also when files are reopened and it closes', async () => {
    let busy = 0;
    const overlaps: string[] = [];
    const calls: string[] = [];
    const slow = (name: string) => async (): Promise<void> => {
      if (busy > 0) overlaps.push(name);
      busy += 1;
      calls.push(name);
      await new Promise((resolve) => setTimeout(resolve, 5));
      busy -= 1;
    };
    const listener: Listener = {
      handle: slow('handle'),
      flush: slow('flush'),
      reopen: slow('reopen'),
      close: slow('close'),
    };
    const { log, notes } = noteLog();
    const outbox = await Outbox.open({ dir: undefined, maxBytes: 1e6, log });
    const abort = new AbortController();
    const delivery = new Delivery({ name: 'test', listener, log, refused: () => true, stopped: abort.signal });
    const lane = new Lane({
      delivery,
      outbox,
      findClass: () => undefined,
      position: 0,
      log,
      stopped: abort.signal,
      moved: () => undefined,
    });
    lane.start();
    const { block, lastEventId } = saidBlock(20);
    await outbox.append(block, lastEventId);
    for (let n = 0; n < 5; n += 1) {
      await lane.reopen();
      await new Promise((resolve) => setTimeout(resolve, 7));
    }
    await until('all is delivered', () => lane.lag === 0);
    const reopened = lane.reopen();
    abort.abort();
    await Promise.all([reopened, lane.close()]);
    await outbox.close();
    expect(overlaps).to.deep.equal([]);
    expect(calls.filter((name) => name === 'handle')).to.have.length(20);
    expect(calls.filter((name) => name === 'reopen')).to.have.length(6);
    expect(calls.at(-1)).to.equal('close');
    expect(notes).to.deep.equal([]);
  });

  it('notes how far it and its files are only once the outbox cannot lose the events', async () => {
    const { log } = noteLog();
    const outbox = await Outbox.open({ dir: join(dir(), 'outbox'), maxBytes: 1e6, log });
    const path = join(dir(), 'listeners.json');
    const positions = await LanePositions.open({ path, newestEvent: 0, log });
    const places = new LanePlaces({ lane: 'test', positions, newestBefore: 0 });
    const { metrics } = record();
    const file = new AppendFile({ path: join(dir(), 'said.log'), log, metrics, places });
    const listener: Listener = {
      handle: (event) => file.add(event.summary),
      flush: () => file.flush(),
      close: () => file.close(),
    };
    const abort = new AbortController();
    const lane = new Lane({
      delivery: new Delivery({ name: 'test', listener, log, refused: () => true, stopped: abort.signal }),
      outbox,
      findClass: () => Said,
      position: 0,
      log,
      stopped: abort.signal,
      moved: () => undefined,
      places,
    });
    lane.start();
    const { block, lastEventId } = saidBlock(3);
    await outbox.append(block, lastEventId);
    await until('all is delivered', () => lane.lag === 0);
    await lane.save();
    expect(positions.get('test')?.event, 'the place of the new file was kept, no event').to.equal(0);
    await outbox.sync();
    await lane.save();
    expect(positions.get('test')?.event).to.equal(3);
    const ends = [...(positions.get('test')?.files.values() ?? [])].map(({ end }) => end);
    expect(ends).to.deep.equal(['said 0\nsaid 1\nsaid 2\n'.length]);
    abort.abort();
    await lane.close();
    await outbox.close();
  });

  it('delivers what comes after the clock was set back', async () => {
    const realNow = Date.now;
    const { log } = noteLog();
    const outbox = await Outbox.open({ dir: undefined, maxBytes: 1e6, log });
    const listener: Listener = { handle: () => undefined };
    const abort = new AbortController();
    const lane = new Lane({
      delivery: new Delivery({ name: 'test', listener, log, refused: () => true, stopped: abort.signal }),
      outbox,
      findClass: () => undefined,
      position: 0,
      log,
      stopped: abort.signal,
      moved: () => undefined,
    });
    lane.start();
    const { block, lastEventId } = saidBlock(1);
    await outbox.append(block, lastEventId);
    await until('it is delivered', () => lane.lag === 0);
    try {
      Date.now = () => realNow() - 36_000_000;
      await outbox.append(saidBlock(1, 1).block, lastEventId);
      expect(outbox.lastNumber).to.equal(2);
      await until('that is delivered, too', () => lane.lag === 0, 2000);
    } finally {
      Date.now = realNow;
      abort.abort();
    }
    await lane.close();
    await outbox.close();
  });

  it('tells how long the oldest event has been waiting, and 0 once all are delivered', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { log } = noteLog();
    const outbox = await Outbox.open({ dir: undefined, maxBytes: 1e6, log });
    const abort = new AbortController();
    const listener: Listener = { handle: () => held };
    const delivery = new Delivery({ name: 'test', listener, log, refused: () => true, stopped: abort.signal });
    const findClass = () => undefined;
    const lane = new Lane({
      delivery,
      outbox,
      findClass,
      position: 0,
      log,
      stopped: abort.signal,
      moved: () => undefined,
    });
    lane.start();
    const { block, lastEventId } = saidBlock(2);
    await outbox.append(block, lastEventId);
    await until('it has waited', () => lane.lagSeconds >= 0.2);
    release();
    await until('all is delivered', () => lane.lag === 0);
    expect(lane.lagSeconds).to.equal(0);
    abort.abort();
    await lane.close();
    await outbox.close();
  });
});
