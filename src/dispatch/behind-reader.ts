import { messageOf } from '../fault.js';
import type { BlockLocation, SegmentLog } from '../journal/segment-log.js';
import type { Log } from '../module.js';
import { type EventBatch, readBatch } from './event-batch.js';

/** Walks the blocks on disk for a listener that lags. */
export class BehindReader {
  readonly #segments: SegmentLog | undefined;
  readonly #log: Log;
  readonly #lastNumber: () => number;
  #walk: AsyncGenerator<BlockLocation> | undefined;

  constructor(segments: SegmentLog | undefined, log: Log, lastNumber: () => number) {
    this.#segments = segments;
    this.#log = log;
    this.#lastNumber = lastNumber;
  }

  /** The next block past `number`. Blocks that cannot be read are said and passed over; the gap shows in the next block's numbers. */
  async next(number: number): Promise<EventBatch | undefined> {
    if (this.#segments === undefined) return undefined;
    this.#walk ??= this.#segments.blocksFrom(number + 1, ({ firstSeq, lastSeq, reason, path }) =>
      this.#log.error(`outbox: events ${firstSeq}-${lastSeq} are ${reason} in ${path}`),
    );
    const step = await this.#walk.next();
    if (step.done === true) {
      this.reset();
      return number < this.#lastNumber() ? this.#later() : undefined;
    }
    try {
      return readBatch(await this.#segments.read(step.value));
    } catch (cause) {
      this.#log.error(`outbox: ${messageOf(cause)}`);
      return undefined;
    }
  }

  reset(): void {
    void this.#walk?.return(undefined);
    this.#walk = undefined;
  }

  /** The walk ended short of what was appended meanwhile: the next one begins where this one stopped. */
  #later(): Promise<undefined> {
    return new Promise((resolve) => setTimeout(() => resolve(undefined), 20));
  }
}
