import { expect } from 'chai';
import { Delivery } from '../../src/dispatch/delivery.js';
import { Lane } from '../../src/dispatch/lane.js';
import { Outbox } from '../../src/dispatch/outbox.js';
import { NoticeEvent } from '../../src/events/event.js';
import type { Listener } from '../../src/listener.js';
import { EventBatch } from '../../src/run/event-batch.js';
import { until } from '../support/eventually.js';
import { noteLog } from '../support/note-log.js';

class Said extends NoticeEvent<typeof Said.fields> {
  static override readonly fields = { n: 'number' } as const;
  get summary(): string {
    return `said ${this.fields.n}`;
  }
}

const saidBlock = (count: number): { block: Uint8Array; lastEventId: string } => {
  const batch = new EventBatch({ lastEventId: undefined, lastEventNumber: 0 });
  for (let n = 0; n < count; n += 1) {
    const event = new Said({ n });
    batch.add(Object.assign(event, { id: `1-${n}`, time: 0, module: 'test' }));
  }
  return { block: batch.take() ?? new Uint8Array(), lastEventId: batch.lastEventId };
};

describe('Lane', () => {
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
});
