import { expect } from 'chai';
import { Delivery } from '../../src/dispatch/delivery.js';
import { type Event, NoticeEvent } from '../../src/events/event.js';
import { DeliveryError, type Listener } from '../../src/listener.js';
import { SteadyClock } from '../../src/steady-clock.js';
import { until } from '../support/eventually.js';
import { noteLog } from '../support/note-log.js';

class Said extends NoticeEvent<typeof Said.fields> {
  static override readonly fields = {} as const;
  get summary(): string {
    return 'said';
  }
}

const said = (id: string, time = Date.now()): Event => Object.assign(new Said({}, { time }), { id });
const dayMs = 86_400_000;

const make = (
  listener: Listener,
  { maxAgeMs = undefined as number | undefined, stop = new AbortController(), clock = new SteadyClock() } = {},
) => {
  const { log, notes } = noteLog();
  const refused: string[] = [];
  const aside: string[] = [];
  const delivery = new Delivery({
    name: 'test',
    listener,
    log,
    refused: ({ id }: Event, reason: string) => {
      aside.push(id);
      return refused.push(reason) > 0;
    },
    maxAgeMs,
    clock,
    stopped: stop.signal,
  });
  return { delivery, notes, refused, aside, stop };
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

  it('sets aside, with the reason, what is older than maxAge and fails, and tries what is younger again', async () => {
    const attempts: string[] = [];
    const { delivery, refused, aside } = make(
      {
        handle: async ({ id }) => {
          attempts.push(id);
          if (attempts.length < 3) throw new DeliveryError('not yet', { retryable: true });
        },
      },
      { maxAgeMs: 3_600_000 },
    );
    await delivery.offer(said('old', Date.now() - dayMs));
    await delivery.offer(said('young'));
    expect(attempts).to.deep.equal(['old', 'young', 'young']);
    expect(aside).to.deep.equal(['old']);
    expect(refused).to.deep.equal(['older than maxAge (3600 s), last: not yet']);
    expect(delivery.counters).to.include({ delivered: 1, failed: 1, too_old: 1, lost: 0, retries: 2 });
    expect(delivery.trouble).to.equal(undefined);
  });

  it('takes no event for old because the clock was set forward', async () => {
    let jumpedMs = 0;
    let attempts = 0;
    const clock = new SteadyClock({ wall: () => Date.now() + jumpedMs, monotonic: () => performance.now() });
    const handle = async (): Promise<void> => {
      attempts += 1;
      jumpedMs = dayMs;
      if (attempts < 3) throw new DeliveryError('not yet', { retryable: true });
    };
    const { delivery, aside } = make({ handle }, { maxAgeMs: 3_600_000, clock });
    await delivery.offer(said('waiting'));
    expect([aside, attempts, delivery.counters.too_old]).to.deep.equal([[], 3, 0]);
  });

  it('delivers what is older than maxAge where that succeeds', async () => {
    const { delivery, refused } = make({ handle: async () => undefined }, { maxAgeMs: 1000 });
    await delivery.offer(said('old', Date.now() - dayMs));
    expect(refused).to.deep.equal([]);
    expect(delivery.counters).to.include({ delivered: 1, failed: 0 });
  });

  it('does not ask a receiver that failed for each of many old events: it waits its time out', async () => {
    let attempts = 0;
    const { delivery } = make(
      {
        handle: async () => {
          attempts += 1;
          throw new DeliveryError('away', { retryable: true, retryAfterMs: 60_000 });
        },
      },
      { maxAgeMs: 1000 },
    );
    for (let n = 0; n < 500; n += 1) await delivery.offer(said(`${n}`, Date.now() - dayMs));
    expect(attempts).to.equal(1);
    expect(delivery.counters).to.include({ delivered: 0, failed: 500, too_old: 500 });
  });

  it('measures the age of an event by when it was received, not by the time its sender wrote', async () => {
    const record = { receivedAt: Date.now() } as unknown as Event['record'];
    const forged = Object.assign(said('forged', Date.now() - dayMs), { record });
    let attempts = 0;
    const flaky = async (): Promise<void> => {
      if ((attempts += 1) < 2) throw new DeliveryError('not yet', { retryable: true });
    };
    const { delivery, aside } = make({ handle: flaky }, { maxAgeMs: 3_600_000 });
    await delivery.offer(forged);
    expect(aside).to.deep.equal([]);
    expect(attempts).to.equal(2);
  });

  it('waits as long as the receiver asks, and no longer once it is stopped', async () => {
    const retryAfterMs = 50_000;
    const handle = async (): Promise<void> => {
      throw new DeliveryError('busy', { retryable: true, retryAfterMs });
    };
    const { delivery, stop, aside } = make({ handle });
    const offered = Promise.resolve(delivery.offer(said('1'))).catch((cause: unknown) => cause);
    await until('it failed once', () => delivery.counters.retries === 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(delivery.counters.retries).to.equal(1);
    stop.abort();
    expect(await offered).to.be.instanceOf(DeliveryError);
    expect(aside).to.deep.equal([]);
  });

  it('counts as lost what could not be set aside', async () => {
    const { log } = noteLog();
    const handle = async (): Promise<void> => {
      throw new DeliveryError('no', { retryable: false });
    };
    const stopped = new AbortController().signal;
    const delivery = new Delivery({ name: 'test', listener: { handle }, log, refused: () => false, stopped });
    await delivery.offer(said('1'));
    expect(delivery.counters).to.include({ failed: 1, lost: 1 });
  });

  describe('to a listener for which events gather', () => {
    const gathering = (
      deliver: (ids: readonly string[]) => void,
      { most = 3, waitMs = 0, everyMs = 0 } = {},
    ): Listener => ({
      handle: () => {
        throw new Error('handle is not used');
      },
      gathering: { most, waitMs, everyMs, deliver: async (events) => deliver(events.map(({ id }) => id)) },
    });

    it('gives it as many as it takes at once, and the rest in flush()', async () => {
      const got: string[] = [];
      const { delivery } = make(gathering((ids) => void got.push(ids.join())));
      for (const n of ['1', '2', '3', '4']) await delivery.offer(said(n));
      expect(got).to.deep.equal(['1,2,3']);
      await delivery.flush();
      await delivery.flush();
      expect(got).to.deep.equal(['1,2,3', '4']);
      expect(delivery.counters.delivered).to.equal(4);
    });

    it('sets aside all of them where it refuses them for good', async () => {
      const refuse = (): void => {
        throw new DeliveryError('no', { retryable: false });
      };
      const { delivery, aside, notes } = make(gathering(refuse));
      for (const n of ['1', '2']) await delivery.offer(said(n));
      await delivery.flush();
      expect(aside).to.deep.equal(['1', '2']);
      expect(notes).to.deep.equal(['error listener test: no; 2 events are set aside']);
      expect(delivery.counters).to.include({ delivered: 0, failed: 2 });
    });

    it('gives up those older than maxAge and tries with the others', async () => {
      const tried: string[] = [];
      const listener = gathering((ids) => {
        tried.push(ids.join());
        if (tried.length < 2) throw new DeliveryError('not yet', { retryable: true });
      });
      const { delivery, aside } = make(listener, { maxAgeMs: 3_600_000 });
      await delivery.offer(said('old', Date.now() - dayMs));
      await delivery.offer(said('young'));
      await delivery.flush();
      expect(tried).to.deep.equal(['old,young', 'young']);
      expect(aside).to.deep.equal(['old']);
    });

    it('lets the first wait for others, later ones for the time between two deliveries, and nothing once hurried', async () => {
      const { delivery } = make(gathering(() => undefined, { waitMs: 5000, everyMs: 60_000 }));
      expect(delivery.dueInMs).to.equal(0);
      await delivery.offer(said('1'));
      expect(delivery.dueInMs).to.be.within(4000, 5000);
      await delivery.flush();
      expect(delivery.dueInMs).to.equal(0);
      await delivery.offer(said('2'));
      expect(delivery.dueInMs).to.be.within(50_000, 60_000);
      delivery.hurry();
      expect(delivery.dueInMs).to.equal(0);
    });
  });
});
