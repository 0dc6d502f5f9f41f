import type { Event } from '../events/event.js';
import { messageOf } from '../fault.js';
import { DeliveryError, type Listener } from '../listener.js';
import type { Log } from '../module.js';
import type { Filter } from '../stack/filter.js';

/** What became of the events offered to a listener. Every one is in `delivered`, `filtered` or `failed`. */
export interface DeliveryCounters {
  delivered: number;
  filtered: number;
  failed: number;
  retries: number;
  /** Events whose `when` could not be evaluated; they are delivered. */
  filter_errors: number;
}

/** Takes an event a listener refused for good, and why; the next is offered once it is done. */
export type Refused = (event: Event, reason: string) => void | Promise<void>;

const firstBackOffMs = 200;
const longestBackOffMs = 30_000;
const setAside = 'the event is set aside';

/** Offers events to one listener, one at a time, in order: filters, retries what may yet succeed, counts. */
export class Delivery {
  readonly counters: DeliveryCounters = { delivered: 0, filtered: 0, failed: 0, retries: 0, filter_errors: 0 };
  /** What is wrong at the moment; undefined when all is well. */
  trouble: string | undefined;
  readonly name: string;
  readonly listener: Listener;
  readonly #filter: Filter | undefined;
  readonly #accepts: ReadonlySet<string>;
  readonly #log: Log;
  readonly #refused: Refused;
  readonly #stopped: AbortSignal;
  /** Events it took since its last flush. */
  #unflushed = 0;

  constructor(options: {
    readonly name: string;
    readonly listener: Listener;
    readonly filter?: Filter | undefined;
    /** Quiet event classes it takes. */
    readonly accepts?: readonly string[];
    readonly log: Log;
    readonly refused: Refused;
    /** Ends retrying: what is left undelivered then rejects. */
    readonly stopped: AbortSignal;
  }) {
    this.name = options.name;
    this.listener = options.listener;
    this.#filter = options.filter;
    this.#accepts = new Set(options.accepts);
    this.#log = options.log;
    this.#refused = options.refused;
    this.#stopped = options.stopped;
  }

  /** Gives the listener an event it wants; a promise only where the listener is not done at once. Rejects only when stopped. */
  offer(event: Event): void | Promise<void> {
    if (!this.#wants(event)) {
      this.counters.filtered += 1;
      return undefined;
    }
    try {
      const pending = this.listener.handle(event);
      if (pending !== undefined) return this.#settle(event, pending);
    } catch (thrown) {
      return this.#settle(event, Promise.reject(thrown instanceof Error ? thrown : new Error(messageOf(thrown))));
    }
    this.#delivered();
    return undefined;
  }

  /** Delivers what the listener buffers; what it loses for good is counted as failed. Rejects only when stopped before it succeeded. */
  async flush(): Promise<void> {
    // A listener that buffers nothing has proven nothing by it: its trouble stays.
    if (this.listener.flush === undefined) return;
    const taken = this.#unflushed;
    const flushed = await this.#persist(
      async () => this.listener.flush?.(),
      `${taken} events it had taken are lost, unless it wrote them before`,
    );
    this.#unflushed -= taken;
    if (flushed === true) return;
    this.counters.delivered -= taken;
    this.counters.failed += taken;
  }

  #delivered(): void {
    this.counters.delivered += 1;
    this.#unflushed += 1;
  }

  async #settle(event: Event, first: Promise<void>): Promise<void> {
    let attempt: Promise<void> | undefined = first;
    const delivered = await this.#persist(async () => {
      const current = attempt ?? this.listener.handle(event);
      attempt = undefined;
      await current;
    }, setAside);
    if (delivered === true) this.#delivered();
    else {
      this.counters.failed += 1;
      await this.#refused(event, delivered);
    }
  }

  /** Repeats an action until it succeeds (true) or fails for good (the reason), which has the consequence. */
  async #persist(action: () => Promise<void>, consequence: string): Promise<true | string> {
    for (let waitMs = firstBackOffMs; ; waitMs = Math.min(waitMs * 2, longestBackOffMs)) {
      try {
        await action();
        if (this.trouble !== undefined) this.#log.info(`listener ${this.name}: delivers again`);
        this.trouble = undefined;
        return true;
      } catch (thrown) {
        const reason = messageOf(thrown);
        if (!(thrown instanceof DeliveryError) || !thrown.retryable) {
          if (this.trouble !== reason) this.#log.error(`listener ${this.name}: ${reason}; ${consequence}`);
          this.trouble = reason;
          return reason;
        }
        if (this.#stopped.aborted) throw thrown;
        this.counters.retries += 1;
        if (this.trouble !== reason) this.#log.warn(`listener ${this.name}: ${reason}; trying again`);
        this.trouble = reason;
        await this.#pause(waitMs * (0.5 + Math.random() / 2));
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#stopped.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#stopped.addEventListener('abort', done);
    });
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
