import type { Event } from '../events/event.js';
import { messageOf } from '../fault.js';
import { DeliveryError, type Listener } from '../listener.js';
import type { Log } from '../module.js';
import type { Filter } from '../stack/filter.js';
import { BackOff } from './back-off.js';
import { Gathered } from './gathered.js';

/** What became of the events offered to a listener. Every one is in `delivered`, `filtered` or `failed`, or waits for others. */
export interface DeliveryCounters {
  delivered: number;
  filtered: number;
  failed: number;
  /** Of those failed: events that could not be delivered before they were older than `maxAge`. */
  too_old: number;
  /** Of those failed: events that could not be set aside either. */
  lost: number;
  retries: number;
  /** Events whose `when` could not be evaluated; they are delivered. */
  filter_errors: number;
}

/** Takes an event that will not be delivered, and why; gives whether it is kept. The next is offered once it is done. */
export type Refused = (event: Event, reason: string) => boolean | Promise<boolean>;

const setAside = 'the event is set aside';

type Deliver = (events: readonly Event[]) => void | Promise<void>;

/** Offers events to one listener, one at a time or gathered, in order: filters, retries what may yet succeed, counts. */
export class Delivery {
  readonly counters: DeliveryCounters = {
    delivered: 0,
    filtered: 0,
    failed: 0,
    too_old: 0,
    lost: 0,
    retries: 0,
    filter_errors: 0,
  };
  /** What is wrong at the moment; undefined when all is well. */
  trouble: string | undefined;
  readonly name: string;
  readonly listener: Listener;
  readonly #filter: Filter | undefined;
  readonly #accepts: ReadonlySet<string>;
  readonly #maxAgeMs: number;
  readonly #log: Log;
  readonly #refused: Refused;
  readonly #stopped: AbortSignal;
  readonly #backOff: BackOff;
  readonly #gathered: Gathered | undefined;
  /** Events it took since its last flush. */
  #unflushed = 0;

  constructor(options: {
    readonly name: string;
    readonly listener: Listener;
    readonly filter?: Filter | undefined;
    /** Quiet event classes it takes. */
    readonly accepts?: readonly string[];
    /** An event received longer ago than this is not tried again. Absent: for ever. */
    readonly maxAgeMs?: number | undefined;
    readonly log: Log;
    readonly refused: Refused;
    /** Ends retrying: what is left undelivered then rejects. */
    readonly stopped: AbortSignal;
  }) {
    this.name = options.name;
    this.listener = options.listener;
    this.#filter = options.filter;
    this.#accepts = new Set(options.accepts);
    this.#maxAgeMs = options.maxAgeMs ?? Number.POSITIVE_INFINITY;
    this.#log = options.log;
    this.#refused = options.refused;
    this.#stopped = options.stopped;
    this.#backOff = new BackOff(options.stopped);
    this.#gathered = options.listener.gathering && new Gathered(options.listener.gathering);
  }

  /** How long what has gathered may still wait, ms; `flush` delivers it before, too. */
  get dueInMs(): number {
    return this.#gathered?.dueInMs ?? 0;
  }

  /** Nothing gathers any more: it is due as soon as it comes. */
  hurry(): void {
    this.#gathered?.hurry();
  }

  /** Gives the listener an event it wants; a promise only where the listener is not done at once. Rejects only when stopped. */
  offer(event: Event): void | Promise<void> {
    if (!this.#wants(event)) {
      this.counters.filtered += 1;
      return undefined;
    }
    if (this.#gathered !== undefined) return this.#gathered.add(event) ? this.flush() : undefined;
    const handle: Deliver = () => this.listener.handle(event);
    if (this.#backOff.waits) return this.#send([event], handle);
    try {
      const pending = this.listener.handle(event);
      if (pending !== undefined) return this.#send([event], handle, pending);
    } catch (thrown) {
      const failed = Promise.reject(thrown instanceof Error ? thrown : new Error(messageOf(thrown)));
      return this.#send([event], handle, failed);
    }
    // One that buffers has proven nothing yet.
    if (this.listener.flush === undefined) this.#answered();
    this.#delivered(1);
    return undefined;
  }

  /** Delivers what has gathered, or what the listener buffers; what that loses for good is counted as failed. Rejects only when stopped before it succeeded. */
  async flush(): Promise<void> {
    const { gathering } = this.listener;
    if (this.#gathered !== undefined && gathering !== undefined) {
      const events = this.#gathered.take();
      if (events.length === 0) return;
      await this.#send(events, (still) => gathering.deliver(still));
      this.#gathered.delivered();
      return;
    }
    // A listener that buffers nothing has proven nothing by it: its trouble stays.
    if (this.listener.flush !== undefined) await this.#flushListener();
  }

  async #flushListener(): Promise<void> {
    const taken = this.#unflushed;
    for (;;) {
      try {
        await this.listener.flush?.();
        this.#answered();
        this.#unflushed -= taken;
        return;
      } catch (thrown) {
        if (!this.#failed(thrown, `${taken} events it had taken are lost, unless it wrote them before`)) {
          this.#unflushed -= taken;
          this.counters.delivered -= taken;
          this.counters.failed += taken;
          this.counters.lost += taken;
          return;
        }
      }
      await this.#backOff.wait();
    }
  }

  /** Tries until they are delivered, refused for good or too old. `first` is an attempt that was made already. */
  async #send(events: readonly Event[], deliver: Deliver, first?: Promise<void>): Promise<void> {
    let attempt = first;
    let left = events;
    if (attempt === undefined && this.#backOff.waits) left = await this.#withoutOld(left);
    while (left.length > 0) {
      try {
        if (attempt === undefined) await this.#backOff.wait();
        await (attempt ?? deliver(left));
        this.#answered();
        this.#delivered(left.length);
        return;
      } catch (thrown) {
        if (!this.#failed(thrown, left.length === 1 ? setAside : `${left.length} events are set aside`)) {
          for (const event of left) await this.#refuse(event, messageOf(thrown));
          return;
        }
      }
      attempt = undefined;
      left = await this.#withoutOld(left);
    }
  }

  /** Sets aside those that are too old to be tried again, and gives the others. */
  async #withoutOld(events: readonly Event[]): Promise<readonly Event[]> {
    const oldest = Date.now() - this.#maxAgeMs;
    // The time of receipt: the time in a log line is its sender's word.
    const isOld = (event: Event): boolean => (event.record?.receivedAt ?? event.time) < oldest;
    if (!events.some(isOld)) return events;
    for (const event of events.filter(isOld)) {
      this.counters.too_old += 1;
      await this.#refuse(
        event,
        `older than maxAge (${this.#maxAgeMs / 1000} s), last: ${this.trouble ?? 'no attempt'}`,
      );
    }
    return events.filter((event) => !isOld(event));
  }

  async #refuse(event: Event, reason: string): Promise<void> {
    this.counters.failed += 1;
    if (!(await this.#refused(event, reason))) this.counters.lost += 1;
  }

  #delivered(count: number): void {
    this.counters.delivered += count;
    this.#unflushed += count;
  }

  #answered(): void {
    this.#backOff.answered();
    if (this.trouble === undefined) return;
    this.#log.info(`listener ${this.name}: delivers again`);
    this.trouble = undefined;
  }

  /** Notes a failure; gives whether another attempt may help, later. @throws what was thrown, once stopped */
  #failed(thrown: unknown, consequence: string): boolean {
    const reason = messageOf(thrown);
    const isNew = this.trouble !== reason;
    if (!(thrown instanceof DeliveryError) || !thrown.retryable) {
      if (isNew) this.#log.error(`listener ${this.name}: ${reason}; ${consequence}`);
      this.trouble = reason;
      this.#backOff.answered();
      return false;
    }
    if (this.#stopped.aborted) throw thrown;
    this.counters.retries += 1;
    if (isNew) this.#log.warn(`listener ${this.name}: ${reason}; trying again`);
    this.trouble = reason;
    this.#backOff.failed(thrown.retryAfterMs);
    return true;
  }

  #wants(event: Event): boolean {
    if (event.class.quiet === true && !this.#accepts.has(event.class.name)) return false;
    if (this.#filter === undefined) return true;
    try {
      return this.#filter(event);
    } catch (thrown) {
      if (this.counters.filter_errors === 0) {
        this.#log.warn(
          `listener ${this.name}: when failed on ${event.class.name}, which is delivered: ${messageOf(thrown).split('\n', 1)[0] ?? ''}`,
        );
      }
      this.counters.filter_errors += 1;
      return true;
    }
  }
}
