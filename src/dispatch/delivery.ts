// Longer than most: trying, flushing and giving up share what a listener holds, and take turns on it.
import type { Event } from '../events/event.js';
import { messageOf } from '../fault.js';
import { DeliveryError, type Listener } from '../listener.js';
import type { Log } from '../module.js';
import type { Filter } from '../stack/filter.js';
import { SteadyClock } from '../steady-clock.js';
import { Attempts } from './attempts.js';
import { BackOff } from './back-off.js';
import { Gathered } from './gathered.js';
import { type DeliveryCounters, noneOffered, type Offered, type Refused, type Sequel } from './offered.js';
import { SetAside } from './set-aside.js';

const setAside = 'the event is set aside';
/** How long an attempt may take once its events have to leave the outbox. */
const patienceMs = 5000;

type Deliver = (events: readonly Event[]) => void | Promise<void>;

/** Why an event is not tried, and what counts it. */
interface Hopeless {
  readonly counter: 'too_old' | 'outbox_full';
  readonly reason: string;
}

const nothingTaken = () => ({ delivered: 0, filtered: 0, filter_errors: 0, oldest: Infinity });

/** Offers events to one listener, one at a time or gathered, in order: filters, retries what may yet succeed, counts. */
export class Delivery {
  readonly counters: DeliveryCounters = noneOffered();
  /** What is wrong at the moment; undefined when all is well. */
  trouble: string | undefined;
  readonly name: string;
  readonly listener: Listener;
  readonly #filter: Filter | undefined;
  readonly #accepts: ReadonlySet<string>;
  readonly #maxAgeMs: number;
  readonly #clock: Pick<SteadyClock, 'now'>;
  readonly #log: Log;
  readonly #stopped: AbortSignal;
  readonly #backOff: BackOff;
  readonly #attempts = new Attempts();
  readonly #gathered: Gathered<Offered> | undefined;
  readonly #aside: SetAside;
  readonly #refusedIsSafe: () => Promise<void>;
  /** A listener that holds nothing over a failure: what it took stays in the outbox, and comes again from there. */
  readonly #forgets: boolean;
  #givenUpTo = -1;
  /** What comes again is to wait: it was looked at whether it is worth it. */
  #tooEarly = false;
  /** Events that it holds: taken since its last flush. */
  #unflushed = 0;
  /** What was counted since it holds any. */
  #since = nothingTaken();

  constructor(options: {
    readonly name: string;
    readonly listener: Listener;
    readonly filter?: Filter | undefined;
    /** Quiet event classes it takes. */
    readonly accepts?: readonly string[];
    /** An event received longer ago than this is not tried again. Absent: for ever. */
    readonly maxAgeMs?: number | undefined;
    /** By which that is judged. */
    readonly clock?: Pick<SteadyClock, 'now'>;
    readonly log: Log;
    readonly refused: Refused;
    /** Resolves when what was refused is safe against loss of power. */
    readonly refusedIsSafe?: () => Promise<void>;
    /** Where its files are, kept over a restart. */
    readonly places?: unknown;
    /** Ends retrying: what is left undelivered then rejects. */
    readonly stopped: AbortSignal;
  }) {
    const { listener } = options;
    this.name = options.name;
    this.listener = listener;
    this.#filter = options.filter;
    this.#accepts = new Set(options.accepts);
    this.#maxAgeMs = options.maxAgeMs ?? Number.POSITIVE_INFINITY;
    this.#clock = options.clock ?? new SteadyClock();
    this.#log = options.log;
    this.#aside = new SetAside(options.refused, this.counters);
    this.#refusedIsSafe = options.refusedIsSafe ?? (async () => undefined);
    this.#stopped = options.stopped;
    this.#backOff = new BackOff(options.stopped);
    this.#gathered = listener.gathering && new Gathered(listener.gathering);
    this.#forgets = options.places !== undefined && listener.forget !== undefined && listener.gathering === undefined;
  }

  /** How long what has gathered may still wait, ms; `flush` delivers it before, too. */
  get dueInMs(): number {
    return this.#gathered?.dueInMs ?? 0;
  }

  /** Whether events that were offered wait here or in the listener. */
  get holds(): boolean {
    return this.#unflushed > 0 || this.#gathered?.empty === false;
  }

  /** Nothing gathers any more: it is due as soon as it comes. */
  hurry(): void {
    this.#gathered?.hurry();
  }

  /** What is not delivered of the events up to this number is set aside: the outbox cannot keep it any longer. */
  giveUp(number: number): void {
    this.#givenUpTo = Math.max(this.#givenUpTo, number);
    this.#backOff.cutShort();
    this.#attempts.leave(number, patienceMs);
  }

  /** Resolves when events that come again may be offered, or are to be set aside. */
  async ready(): Promise<void> {
    if (!this.#tooEarly) return;
    this.#tooEarly = false;
    await this.#backOff.wait();
  }

  /** Resolves when what was set aside is safe against loss of power, or counted as lost. */
  async asideIsSafe(): Promise<void> {
    await this.#aside.settled();
    await this.#refusedIsSafe();
  }

  /** Gives the listener an event it wants; a promise only where the listener is not done at once. Rejects only when stopped. */
  offer(event: Event, number = 0): Promise<Sequel> | undefined {
    if (this.#aside.has(number)) return undefined;
    if (!this.#wants(event)) {
      this.counters.filtered += 1;
      if (this.holds) this.#since.filtered += 1;
      return undefined;
    }
    const offered = [{ event, number }];
    if (this.#gathered !== undefined) return this.#gathered.add({ event, number }) ? this.flush() : undefined;
    const handle: Deliver = () => this.listener.handle(event);
    if (this.#backOff.waits || this.#attempts.busy || number <= this.#givenUpTo) return this.#send(offered, handle);
    try {
      const pending = this.listener.handle(event);
      if (pending !== undefined) return this.#send(offered, handle, pending);
    } catch (thrown) {
      const failed = Promise.reject(thrown instanceof Error ? thrown : new Error(messageOf(thrown)));
      return this.#send(offered, handle, failed);
    }
    // One that buffers has proven nothing yet.
    if (this.listener.flush === undefined) this.#answered();
    this.#took(offered);
    return undefined;
  }

  /** Delivers what has gathered, or what the listener buffers; what that loses for good is counted as failed. Rejects only when stopped before it succeeded. */
  async flush(): Promise<Sequel> {
    const sequel = await (this.#gathered === undefined ? this.#flushListener() : this.#flushGathered());
    await this.asideIsSafe();
    if (sequel !== undefined) return sequel;
    this.#since = nothingTaken();
    this.#aside.forgetNumbers();
    return undefined;
  }

  async #flushGathered(): Promise<Sequel> {
    const { gathering } = this.listener;
    const offered = this.#gathered?.take() ?? [];
    if (offered.length === 0 || gathering === undefined) return undefined;
    const sequel = await this.#send(offered, (still) => gathering.deliver(still));
    this.#gathered?.delivered();
    return sequel;
  }

  async #flushListener(): Promise<Sequel> {
    // A listener that buffers nothing has proven nothing by it: its trouble stays.
    while (this.listener.flush !== undefined && (this.#unflushed > 0 || !this.#backOff.failing)) {
      const taken = this.#unflushed;
      try {
        if ((await this.#attempts.make(() => this.listener.flush?.(), this.#since.oldest)) === 'left')
          return this.#forget();
        this.#answered();
        this.#unflushed -= taken;
        break;
      } catch (thrown) {
        if (!this.#failed(thrown, `${taken} events it had taken are lost, unless it wrote them before`)) {
          this.#unflushed -= taken;
          this.counters.delivered -= taken;
          this.counters.failed += taken;
          this.counters.lost += taken;
          break;
        }
      }
      if (this.#forgets) return this.#forget();
      await this.#backOff.wait();
      if (this.#since.oldest <= this.#givenUpTo) return this.#forget();
    }
    return undefined;
  }

  /** Tries until they are delivered, refused for good, too old or given up. `first` is an attempt that was made already. */
  async #send(offered: readonly Offered[], deliver: Deliver, first?: Promise<void>): Promise<Sequel> {
    let attempt = first;
    let left: readonly Offered[] | 'again' = offered;
    for (;;) {
      if (attempt === undefined) {
        left = await this.#worthTrying(left);
        if (left === 'again') return 'again';
        if (left.length === 0) return undefined;
        if (this.#backOff.waits && !this.#stopped.aborted) {
          if (this.#forgets) {
            this.#tooEarly = true;
            return this.#forget();
          }
          await this.#backOff.wait();
          continue;
        }
      }
      const [made, trying] = [attempt, left];
      attempt = undefined;
      try {
        const call = (): void | Promise<void> => made ?? deliver(trying.map(({ event }) => event));
        if ((await this.#attempts.make(call, trying[0]?.number ?? 0)) === 'left') continue;
        if (this.#gathered !== undefined || this.listener.flush === undefined) this.#answered();
        this.#took(trying);
        return undefined;
      } catch (thrown) {
        if (!this.#failed(thrown, trying.length === 1 ? setAside : `${trying.length} events are set aside`)) {
          for (const one of trying) await this.#aside.add(one, messageOf(thrown));
          return undefined;
        }
        if (this.#forgets) return this.#forget();
      }
    }
  }

  /** Sets aside those that are not to be tried (again), and gives the others. */
  async #worthTrying(offered: readonly Offered[]): Promise<readonly Offered[] | 'again'> {
    const found = offered.map((one) => ({ one, hopeless: this.#hopeless(one) }));
    if (found.every(({ hopeless }) => hopeless === undefined)) return offered;
    // What it holds of those before comes first: an old one goes along with them.
    if (this.#forgets && this.#unflushed > 0)
      return offered.some(({ number }) => number <= this.#givenUpTo) ? this.#forget() : offered;
    const still: Offered[] = [];
    for (const { one, hopeless } of found) {
      if (hopeless === undefined) still.push(one);
      else if (await this.#isWritten(one)) this.counters.delivered += 1;
      else {
        this.counters[hopeless.counter] += 1;
        await this.#aside.add(one, hopeless.reason);
      }
    }
    return still;
  }

  #hopeless({ event, number }: Offered): Hopeless | undefined {
    const last = `last: ${this.trouble ?? 'no attempt'}`;
    if (number <= this.#givenUpTo) return { counter: 'outbox_full', reason: `the outbox is full, ${last}` };
    // The time of receipt: the time in a log line is its sender's word.
    const isOld = (event.record?.receivedAt ?? event.time) < this.#clock.now() - this.#maxAgeMs;
    if (!isOld || !this.#backOff.waits) return undefined;
    return { counter: 'too_old', reason: `older than maxAge (${this.#maxAgeMs / 1000} s), ${last}` };
  }

  /** Whether a listener that failed in the middle of many has written this one before: it has nothing to hold of it then. */
  async #isWritten({ event }: Offered): Promise<boolean> {
    if (!this.#forgets || this.#attempts.busy) return false;
    try {
      await this.listener.handle(event);
    } catch {
      return false; // It is set aside, with what was wrong before.
    }
    return this.listener.forget?.() === 0;
  }

  /** What it holds is to be offered again. */
  #forget(): 'again' {
    this.#attempts.afterwards(() => void this.listener.forget?.());
    const { delivered, filtered, filter_errors } = this.#since;
    this.counters.delivered -= delivered;
    this.counters.filtered -= filtered;
    this.counters.filter_errors -= filter_errors;
    this.#unflushed = 0;
    this.#since = nothingTaken();
    return 'again';
  }

  #took(offered: readonly Offered[]): void {
    this.counters.delivered += offered.length;
    if (this.#gathered !== undefined || this.listener.flush === undefined) return;
    this.#unflushed += offered.length;
    this.#since.delivered += offered.length;
    this.#since.oldest = Math.min(this.#since.oldest, offered[0]?.number ?? Infinity);
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
      if (this.holds) this.#since.filter_errors += 1;
      return true;
    }
  }
}
