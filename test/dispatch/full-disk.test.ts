import { join } from 'node:path';
import { expect } from 'chai';
import { AppendFile } from '../../src/appender/append-file.js';
import { Delivery } from '../../src/dispatch/delivery.js';
import { Lane } from '../../src/dispatch/lane.js';
import { LanePlaces } from '../../src/dispatch/lane-places.js';
import { LanePositions } from '../../src/dispatch/lane-positions.js';
import { Outbox } from '../../src/dispatch/outbox.js';
import { type Event, NoticeEvent } from '../../src/events/event.js';
import { EventBatch } from '../../src/run/event-batch.js';
import { CrashFiles } from '../appender/crash-files.js';
import { record } from '../contracts/listener-context.js';
import { until } from '../support/eventually.js';
import { noteLog } from '../support/note-log.js';
import { temporaryDirs } from '../support/temporary-dir.js';

class Said extends NoticeEvent<typeof Said.fields> {
  static override readonly fields = { n: 'number' } as const;
  get summary(): string {
    return `said ${String(this.fields.n).padStart(3, '0')}`;
  }
}

const lineBytes = 'said 001\n'.length;
const linesOf = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, n) => `said ${String(from + n).padStart(3, '0')}\n`).join('');

describe('A listener whose disk is full', () => {
  const { dir } = temporaryDirs();

  const start = async (maxAgeMs?: number) => {
    const { log } = noteLog();
    const outbox = await Outbox.open({ dir: join(dir(), 'outbox'), maxBytes: 1e6, log });
    const positions = await LanePositions.open({ path: join(dir(), 'listeners.json'), newestEvent: 0, log });
    const places = new LanePlaces({ lane: 'l', positions, newestBefore: 0 });
    const disk = new CrashFiles();
    const file = new AppendFile({ path: '/said.log', log, metrics: record().metrics, places, files: disk });
    const stop = new AbortController();
    const aside: number[] = [];
    const delivery = new Delivery({
      name: 'l',
      listener: {
        handle: (event) => file.add(event.summary),
        flush: () => file.flush(),
        forget: () => file.forget(),
        close: () => file.close(),
      },
      maxAgeMs,
      log,
      places,
      refused: (_event: Event, _reason, number) => aside.push(number) > 0,
      stopped: stop.signal,
    });
    const lane = new Lane({
      delivery,
      outbox,
      findClass: () => Said,
      position: 0,
      log,
      stopped: stop.signal,
      moved: () => undefined,
      places,
    });
    const say = async (from: number, to: number, time = Date.now()): Promise<void> => {
      const batch = new EventBatch({ lastEventId: outbox.lastEventId, lastEventNumber: outbox.lastNumber });
      for (let n = from; n <= to; n += 1)
        batch.add(Object.assign(new Said({ n }, { time }), { id: `${n}-0`, module: 'm' }));
      await outbox.append(batch.take() ?? new Uint8Array(), batch.lastEventId);
    };
    const end = async (): Promise<void> => {
      stop.abort();
      await lane.close();
      await outbox.close();
      await positions.write();
    };
    return { outbox, positions, disk, file, delivery, lane, aside, say, end };
  };

  it('holds nothing of its events in memory: they come again from the outbox, each into the file once', async () => {
    const { outbox, disk, file, delivery, lane, aside, say, end, positions } = await start();
    disk.room = 5 * lineBytes + 4;
    lane.start();
    await say(1, 20);
    await until('it failed twice', () => delivery.counters.retries > 1);
    expect(file.heldLines).to.equal(0);
    expect(lane.position).to.equal(0);
    expect(delivery.counters).to.include({ delivered: 0, failed: 0 });
    disk.room = Number.POSITIVE_INFINITY;
    await until('all is delivered', () => lane.lag === 0);
    expect(disk.text('/said.log')).to.equal(linesOf(1, 20));
    expect(delivery.counters).to.include({ delivered: 20, failed: 0 });
    await outbox.sync();
    await lane.save();
    expect(positions.get('l')?.event).to.equal(20);
    expect(aside).to.deep.equal([]);
    await end();
  });

  it('has set aside what the full outbox lets go of, but nothing that was written before the disk was full', async () => {
    const { outbox, disk, delivery, lane, aside, say, end, positions } = await start();
    disk.room = 5 * lineBytes + 4;
    lane.start();
    await say(1, 20);
    await until('it failed', () => delivery.counters.retries > 0);
    lane.giveUp(12);
    await until('it has given up', () => aside.length === 7);
    await outbox.sync();
    const isNoted = async (): Promise<boolean> => {
      await lane.save();
      return positions.get('l')?.event === 12;
    };
    await until('that is noted, though the disk is still full', isNoted);
    disk.room = Number.POSITIVE_INFINITY;
    await until('the rest is delivered', () => lane.lag === 0);
    expect(disk.text('/said.log')).to.equal(linesOf(1, 5) + linesOf(13, 20));
    expect(aside).to.deep.equal([6, 7, 8, 9, 10, 11, 12]);
    expect(delivery.counters).to.include({ delivered: 13, failed: 7, outbox_full: 7 });
    await end();
  });

  it('has set aside what is older than maxAge, and writes what is younger', async () => {
    const { disk, delivery, lane, aside, say, end } = await start(3_600_000);
    disk.room = 2 * lineBytes + 4;
    await say(1, 6, Date.now() - 86_400_000);
    await say(7, 9);
    lane.start();
    await until('the old ones are set aside', () => aside.length === 4);
    disk.room = Number.POSITIVE_INFINITY;
    await until('the rest is delivered', () => lane.lag === 0);
    expect(disk.text('/said.log')).to.equal(linesOf(1, 2) + linesOf(7, 9));
    expect(aside).to.deep.equal([3, 4, 5, 6]);
    expect(delivery.counters).to.include({ delivered: 5, failed: 4, too_old: 4 });
    await end();
  });
});
