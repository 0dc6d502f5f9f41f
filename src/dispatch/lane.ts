// A little longer than most: taking, delivering, noting how far it came and going back take turns on one position.
import { messageOf } from '../fault.js';
import { killPoint } from '../kill-point.js';
import type { Log } from '../module.js';
import type { BehindReader } from './behind-reader.js';
import type { Delivery } from './delivery.js';
import type { EventBatch } from './event-batch.js';
import type { Outbox } from './outbox.js';
import type { LanePlaces } from './lane-places.js';
import { type FindClass, reviveEvent } from './stored-event.js';

const flushEveryMs = 1000;
/** Shortest time between two deliveries while more keeps coming. */
const gatherMs = 20;

/** One listener's own way through the outbox, at its own pace: a slow one delays no other. */
export class Lane {
  readonly delivery: Delivery;
  /** Number of the newest event that is delivered for certain. */
  position: number;
  /** Events that left the outbox before this listener had them. */
  dropped = 0;
  readonly #outbox: Outbox;
  readonly #findClass: FindClass;
  readonly #log: Log;
  readonly #moved: () => void;
  readonly #places: LanePlaces | undefined;
  #taken: number;
  #flushedAt = 0;
  #saving = false;
  /** Position noted last. */
  #saved = -1;
  readonly #stopped: AbortSignal;
  #ended: Promise<void> = Promise.resolve();
  #saidGivenUp = 0;
  /** Ends waiting for more events: something else is due. */
  #woken = new AbortController();
  /** All up to here is delivered or set aside, and nothing of it is held by the listener. */
  #firm: number;
  /** The listener has dropped what it held: it gets all behind `#firm` again. */
  #again = false;
  /** What the listener is doing, and what waits to be done with it. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: {
    readonly delivery: Delivery;
    readonly outbox: Outbox;
    readonly findClass: FindClass;
    readonly position: number;
    readonly log: Log;
    /** Once aborted, no further event is taken. */
    readonly stopped: AbortSignal;
    /** Called when `position` has moved. */
    readonly moved: () => void;
    /** Where the listener's files are. Absent: it is not kept. */
    readonly places?: LanePlaces | undefined;
  }) {
    this.delivery = options.delivery;
    this.#outbox = options.outbox;
    this.#findClass = options.findClass;
    this.position = options.position;
    this.#taken = options.position;
    this.#firm = options.position;
    this.#log = options.log;
    this.#stopped = options.stopped;
    this.#moved = options.moved;
    this.#places = options.places;
  }

  /** Begins behind an event; without its number, where it was made to. */
  start(position = this.position): void {
    this.position = position;
    this.#taken = position;
    this.#firm = position;
    this.#ended = this.#run().catch((cause: unknown) => {
      if (!this.#stopped.aborted) this.#log.error(`listener ${this.delivery.name} has stopped: ${messageOf(cause)}`);
    });
  }

  /** Events the listener has yet to get. */
  get lag(): number {
    return this.#outbox.lastNumber - this.position;
  }

  /** How long the oldest event that it has yet to get has been waiting, in seconds, to a tenth. */
  get lagSeconds(): number {
    return Math.round(this.#outbox.waitingMs(this.position) / 100) / 10;
  }

  /** What gathers for the listener is delivered without waiting for more. */
  hurry(): void {
    this.delivery.hurry();
    this.#woken.abort();
  }

  /** What is not delivered of the events up to this number is set aside; `position` moves past it. */
  giveUp(number: number): void {
    if (this.position >= number) return;
    this.delivery.giveUp(number);
    this.#woken.abort();
    if (this.#places === undefined || this.#places.empty) void this.#noteFirm();
  }

  /** Lets the listener reopen its files between two deliveries: whoever writes does one thing at a time. */
  reopen(): Promise<void> {
    return this.#alone(async () => this.delivery.listener.reopen?.());
  }

  /** Ends when the event it was at is settled and what the listener took is delivered; then the listener closes. */
  async close(): Promise<void> {
    await this.#ended;
    await this.#alone(async () => {
      try {
        await this.delivery.listener.close?.();
      } finally {
        this.#places?.settle(this.position);
      }
    });
  }

  /** Where the listener writes files: how far it has come is noted, with what its files hold safe against loss of power. */
  async save(): Promise<void> {
    const places = this.#places;
    if (places === undefined || places.empty || this.#saving) return;
    this.#saving = true;
    try {
      places.safeUpTo(this.#outbox.syncedNumber);
      if (places.waiting || this.#taken === this.#saved) return;
      await this.#alone(async () => {
        if (this.#stopped.aborted || !(await this.#flushed())) return;
        await places.reached(this.#taken);
        this.#saved = this.#taken;
      });
      places.safeUpTo(this.#outbox.syncedNumber);
    } catch (cause) {
      if (!this.#stopped.aborted) this.#log.error(`listener ${this.delivery.name}: ${messageOf(cause)}`);
    } finally {
      this.#saving = false;
    }
  }

  #alone<T>(action: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(action);
    this.#turn = done.catch(() => undefined); // Its caller is told.
    return done;
  }

  async #run(): Promise<void> {
    const behind = this.#outbox.behind();
    while (!this.#stopped.aborted) {
      if (this.#again) await this.#goBack(behind);
      if (this.#taken >= this.#outbox.lastNumber) await this.#settleDown();
      const batch = await this.#next(behind);
      if (batch === 'woken') continue;
      if (batch === undefined) break;
      await this.#alone(() => this.#deliver(batch));
      if (performance.now() - this.#flushedAt > flushEveryMs) await this.#flush();
      // Others have their turn between two batches: messages of the core, signals, other lanes.
      await new Promise((resolve) => setImmediate(resolve));
    }
    behind.reset();
    await this.#flush();
  }

  async #goBack(behind: BehindReader): Promise<void> {
    behind.reset();
    this.#again = false;
    await this.delivery.ready();
  }

  #dropped(): void {
    this.#taken = this.#firm;
    this.#again = true;
    this.#woken.abort();
  }

  /** Where it stands in the middle of a delivery that does not come to an end: what is settled before that is noted. */
  async #noteFirm(): Promise<void> {
    const firm = this.#firm;
    await this.delivery.asideIsSafe();
    this.#sayGivenUp();
    if (firm <= this.position || this.#stopped.aborted) return;
    this.position = firm;
    this.#moved();
  }

  #sayGivenUp(): void {
    const { name, counters } = this.delivery;
    const count = counters.outbox_full - this.#saidGivenUp;
    this.#saidGivenUp = counters.outbox_full;
    if (count > 0) this.#log.error(`listener ${name}: the outbox is full: ${count} events it lacks are set aside`);
  }

  /** What comes next; 'woken' where something else is to be done first. */
  async #next(behind: BehindReader): Promise<EventBatch | 'woken' | undefined> {
    if (this.#again) return 'woken';
    const woken = new AbortController();
    this.#woken = woken;
    const end = (): void => woken.abort();
    const { dueInMs } = this.delivery;
    const timer = dueInMs === 0 ? undefined : setTimeout(end, dueInMs);
    this.#stopped.addEventListener('abort', end);
    try {
      const batch = await this.#outbox.after(this.#taken, behind, woken.signal);
      return batch === undefined && woken.signal.aborted && !this.#stopped.aborted ? 'woken' : batch;
    } finally {
      clearTimeout(timer);
      this.#stopped.removeEventListener('abort', end);
    }
  }

  async #deliver({ firstNumber, json, revived }: EventBatch): Promise<void> {
    if (this.#again) return;
    const missing = firstNumber - this.#taken - 1;
    if (missing > 0) {
      this.dropped += missing;
      this.#log.error(`listener ${this.delivery.name}: ${missing} events left the full outbox before it had them`);
    }
    for (let index = Math.max(0, this.#taken + 1 - firstNumber); index < json.length; index += 1) {
      if (this.#stopped.aborted) return;
      const event = (revived[index] ??= reviveEvent(json[index] ?? '', this.#findClass));
      const number = firstNumber + index;
      if (this.#places !== undefined) this.#places.event = number;
      const pending = this.delivery.offer(event, number);
      if (pending !== undefined && (await pending) === 'again') {
        this.#dropped();
        return;
      }
      this.#taken = number;
      if (!this.delivery.holds) this.#firm = number;
    }
  }

  /** All is taken: it is delivered at once where little comes, and together with what comes next where much does. */
  async #settleDown(): Promise<void> {
    if (this.position === this.#taken) return;
    const wait = this.#flushedAt + gatherMs - performance.now();
    if (wait > 0) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (this.#taken < this.#outbox.lastNumber && !this.#stopped.aborted) return;
    }
    await this.#flush();
  }

  async #flush(): Promise<void> {
    this.#flushedAt = performance.now();
    if (this.position === this.#taken) return;
    if (this.delivery.dueInMs > 0 && !this.#stopped.aborted) return;
    if (await this.#alone(() => this.#flushed())) this.#moved();
  }

  /** Whether all that was taken is delivered now; else it comes again. */
  async #flushed(): Promise<boolean> {
    if ((await this.delivery.flush()) === 'again') {
      this.#dropped();
      return false;
    }
    killPoint('listener-flushed');
    this.#sayGivenUp();
    this.#firm = this.#taken;
    this.position = this.#taken;
    return true;
  }
}
