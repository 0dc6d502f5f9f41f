import { messageOf } from '../fault.js';
import type { BlockReader } from '../journal/block.js';
import type { Log } from '../module.js';
import type { Delivery } from './delivery.js';
import type { Outbox } from './outbox.js';
import { type FindClass, reviveEvent } from './stored-event.js';

const flushEveryMs = 1000;

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
  #taken: number;
  #flushedAt = 0;
  readonly #stopped: AbortSignal;
  #ended: Promise<void> = Promise.resolve();

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
  }) {
    this.delivery = options.delivery;
    this.#outbox = options.outbox;
    this.#findClass = options.findClass;
    this.position = options.position;
    this.#taken = options.position;
    this.#log = options.log;
    this.#stopped = options.stopped;
    this.#moved = options.moved;
  }

  start(): void {
    this.#ended = this.#run().catch((cause: unknown) => {
      if (!this.#stopped.aborted) this.#log.error(`listener ${this.delivery.name} has stopped: ${messageOf(cause)}`);
    });
  }

  /** Events the listener has yet to get. */
  get lag(): number {
    return this.#outbox.lastNumber - this.position;
  }

  /** Resolves when the lane was stopped and the event it was at is settled. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  async #run(): Promise<void> {
    const behind = this.#outbox.behind();
    while (!this.#stopped.aborted) {
      if (this.#taken >= this.#outbox.lastNumber) await this.#flush();
      const block = await this.#outbox.after(this.#taken, behind, this.#stopped);
      if (block === undefined) break;
      await this.#deliver(block);
      if (Date.now() - this.#flushedAt > flushEveryMs) await this.#flush();
    }
    behind.reset();
    await this.#flush();
  }

  async #deliver(block: BlockReader): Promise<void> {
    const missing = block.header.firstSeq - this.#taken - 1;
    if (missing > 0) {
      this.dropped += missing;
      this.#log.error(`listener ${this.delivery.name}: ${missing} events left the full outbox before it had them`);
    }
    while (block.next()) {
      if (block.seq <= this.#taken) continue;
      if (this.#stopped.aborted) return;
      const event = reviveEvent(block.bytes.toString('utf8', block.start, block.end), this.#findClass);
      const pending = this.delivery.offer(event);
      if (pending !== undefined) await pending;
      this.#taken = block.seq;
    }
  }

  async #flush(): Promise<void> {
    this.#flushedAt = Date.now();
    if (this.position === this.#taken) return;
    const taken = this.#taken;
    await this.delivery.flush();
    this.position = taken;
    this.#moved();
  }
}
