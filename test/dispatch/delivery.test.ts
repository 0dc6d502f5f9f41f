import { expect } from 'chai';
import { Delivery } from '../../src/dispatch/delivery.js';
import { type Event, NoticeEvent } from '../../src/events/event.js';
import type { Listener } from '../../src/listener.js';
import { noteLog } from '../support/note-log.js';

class Said extends NoticeEvent<typeof Said.fields> {
  static override readonly fields = {} as const;
  get summary(): string {
    return 'said';
  }
}

const make = (listener: Listener) => {
  const { log, notes } = noteLog();
  const refused: string[] = [];
  const delivery = new Delivery({
    name: 'test',
    listener,
    log,
    refused: (_: Event, reason: string) => void refused.push(reason),
    stopped: new AbortController().signal,
  });
  return { delivery, notes, refused };
};

describe('Delivery', () => {
  it('counts as failed what a listener took and then lost in a flush that failed for good, once', async () => {
    let broken = true;
    const { delivery, notes } = make({
      handle: () => undefined,
      flush: () => (broken ? Promise.reject(new Error('gone')) : Promise.resolve()),
    });
    for (let n = 0; n < 3; n += 1) await delivery.offer(new Said({}));
    await delivery.flush();
    broken = false;
    for (let n = 0; n < 2; n += 1) await delivery.offer(new Said({}));
    await delivery.flush();
    expect(delivery.counters).to.include({ delivered: 2, failed: 3 });
    expect(notes[0]).to.equal('error listener test: gone; 3 events it had taken are lost, unless it wrote them before');
  });

  it('sets aside an event for which something without a text was thrown', async () => {
    const { delivery, refused } = make({
      handle: () => {
        throw Object.create(null) as Error;
      },
    });
    await delivery.offer(new Said({}));
    expect(refused).to.deep.equal(['object without a text']);
    expect(delivery.counters).to.include({ delivered: 0, failed: 1 });
  });
});
