// A little longer than most: what is on disk, in memory and waited for share one numbering.
import { BlockReader } from '../journal/block.js';
import { type BlockLocation, SegmentLog } from '../journal/segment-log.js';
import { type FileLayer, realFiles } from '../journal/file-layer.js';
import { JournalError } from '../journal/journal-error.js';
import { messageOf } from '../fault.js';
import { killPoint } from '../kill-point.js';
import type { Log } from '../module.js';
import { AppendTimes } from './append-times.js';
import { BehindReader } from './behind-reader.js';
import { type EventBatch, readBatch } from './event-batch.js';
import { OutboxRoom, segmentBytesFor } from './outbox-room.js';

interface Kept {
  readonly firstNumber: number;
  readonly lastNumber: number;
  readonly bytes: Uint8Array;
  /** What the newest lanes read is read once for all of them. */
  batch: EventBatch | undefined;
}

/** Batches that stay read, so that lanes near each other read each once. */
const mostRead = 8;

const recentBytes = 16 * 1024 * 1024;
/** Past so many times its bound nobody is waited for. */
const mostTimesOver = 2;

/** Events on their way to listeners: numbered, on disk before anything depends on them, the newest also in memory. */
export class Outbox {
  /** Id of the newest event appended, or being so; undefined where there has been none. */
  lastEventId: string | undefined;
  readonly #segments: SegmentLog | undefined;
  readonly #room: OutboxRoom | undefined;
  readonly #log: Log;
  readonly #maxBytes: number;
  #recent: Kept[] = [];
  #recentBytes = 0;
  readonly #readBlocks: Kept[] = [];
  #lastNumber = 0;
  #appended: Promise<void> = Promise.resolve();
  #waiters: (() => void)[] = [];
  #syncedNumber = 0;
  readonly #times: AppendTimes;
  #closed = false;

  private constructor(options: {
    segments?: SegmentLog;
    room?: OutboxRoom;
    log: Log;
    maxBytes: number;
  }) {
    this.#segments = options.segments;
    this.#room = options.room;
    this.#log = options.log;
    this.#maxBytes = options.maxBytes;
    this.#lastNumber = options.segments?.lastSeq ?? 0;
    this.#times = new AppendTimes(performance.now());
  }

  /** Opens the outbox of a directory; without one, events are kept in memory alone. */
  static async open(options: {
    readonly dir: string | undefined;
    readonly maxBytes: number;
    readonly log: Log;
    readonly fs?: FileLayer;
    readonly segmentBytes?: number;
  }): Promise<Outbox> {
    const { dir, log, maxBytes, fs = realFiles } = options;
    if (dir === undefined) return new Outbox({ log, maxBytes });
    await fs.makeDir(dir);
    const { segmentBytes = segmentBytesFor(maxBytes, (await fs.space(dir)).totalBytes) } = options;
    const segments = await SegmentLog.open({ dir, segmentBytes, fs });
    const { tornBytes } = segments.recovered;
    if (tornBytes > 0) log.warn(`outbox: ${tornBytes} bytes that are no whole events were cut off`);
    const outbox = new Outbox({ segments, room: new OutboxRoom({ dir, fs, log }), log, maxBytes });
    outbox.lastEventId = await newestId(segments);
    return outbox;
  }

  /** Number of the newest event; 0 before the first. */
  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** Appends a block of events; resolves once it is on disk (not yet safe against loss of power), and listeners may have it. */
  append(block: Uint8Array, lastEventId: string): Promise<void> {
    this.lastEventId = lastEventId;
    this.#appended = this.#appended.then(() => this.#append(block));
    return this.#appended;
  }

  /** Number of the newest event known to be safe against loss of power; 0 before the first `sync`. */
  get syncedNumber(): number {
    return this.#syncedNumber;
  }

  /** How long the event after `number` has been waiting, in ms; 0 where there is none. Those of earlier runs, since this one began. */
  waitingMs(number: number): number {
    return number < this.#lastNumber ? this.#times.agoMs(number + 1, performance.now()) : 0;
  }

  /** Resolves when all that was appended is safe against loss of power. */
  async sync(): Promise<void> {
    await this.#appended;
    await this.#syncWritten();
  }

  async #syncWritten(): Promise<void> {
    const number = this.#lastNumber;
    await this.#segments?.sync();
    this.#syncedNumber = Math.max(this.#syncedNumber, number);
  }

  /** The batch that holds the event after `number`; waits for it. undefined once closed, or nobody wants it any more. */
  async after(number: number, behind: BehindReader, unwanted: AbortSignal): Promise<EventBatch | undefined> {
    while (!this.#closed && !unwanted.aborted) {
      if (number < this.#lastNumber) {
        const oldest = this.#recent[0];
        if (oldest !== undefined && number + 1 >= oldest.firstNumber) {
          behind.reset();
          const kept = this.#recent.find(({ lastNumber }) => lastNumber > number);
          if (kept !== undefined) return this.#read(kept);
        } else {
          const block = await behind.next(number);
          if (block !== undefined) return block;
        }
      }
      if (number < this.#lastNumber) continue;
      await this.#appendedOr(unwanted);
    }
    return undefined;
  }

  #read(kept: Kept): EventBatch {
    if (kept.batch === undefined) {
      kept.batch = readBatch(kept.bytes);
      this.#readBlocks.push(kept);
      const oldest = this.#readBlocks.length > mostRead ? this.#readBlocks.shift() : undefined;
      if (oldest !== undefined) oldest.batch = undefined;
    }
    return kept.batch;
  }

  /** Resolves when something is appended, or nobody waits any more. */
  #appendedOr(unwanted: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        unwanted.removeEventListener('abort', done);
        resolve();
      };
      unwanted.addEventListener('abort', done);
      this.#waiters.push(done);
    });
  }

  /** Reads what is no longer in memory, for one listener. */
  behind(): BehindReader {
    return new BehindReader(this.#segments, this.#log, () => this.#lastNumber);
  }

  /** Number of the newest event that has to go for the outbox to be within its bound; 0 where it is. */
  get surplus(): number {
    return this.bytes > this.#maxBytes ? this.#oldestWithin(this.#maxBytes) - 1 : 0;
  }

  /**
   * Forgets what every listener has. At twice its bound the oldest go although a listener lacks them (it counts them): one
   * that can neither be delivered to nor given up on.
   */
  async trim(delivered: number): Promise<void> {
    const { bytes } = this;
    const most = mostTimesOver * this.#maxBytes;
    const below = Math.max(delivered + 1, bytes > most ? this.#oldestWithin(most) : 0);
    if (this.#segments === undefined) this.#trimMemory(below);
    await this.#segments?.trim(below);
  }

  #oldestWithin(bytes: number): number {
    if (this.#segments !== undefined) return this.#segments.seqWithin(bytes);
    let sum = 0;
    const tooOld = this.#recent.findLast((kept) => (sum += kept.bytes.length) > bytes);
    return tooOld === undefined ? 0 : tooOld.lastNumber + 1;
  }

  get bytes(): number {
    return this.#segments?.bytes ?? this.#recentBytes;
  }

  /** Lets waiting listeners go; what cannot be made safe on disk is told. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    try {
      await this.#appended;
      await this.#segments?.close();
      this.#syncedNumber = this.#lastNumber;
    } catch (cause) {
      this.#log.error(`outbox: ${messageOf(cause)}; the next start goes on from what is on disk`);
    }
  }

  async #append(block: Uint8Array): Promise<void> {
    const { header } = new BlockReader(block);
    if (this.#segments !== undefined) await this.#persistently(this.#segments, block);
    killPoint('outbox-appended');
    const lastNumber = header.firstSeq + header.count - 1;
    this.#lastNumber = lastNumber;
    this.#times.note(header.firstSeq, performance.now());
    this.#recent.push({ firstNumber: header.firstSeq, lastNumber, bytes: block, batch: undefined });
    this.#recentBytes += block.length;
    while (this.#segments !== undefined && this.#recentBytes > recentBytes && this.#recent.length > 1) {
      this.#recentBytes -= this.#recent.shift()?.bytes.length ?? 0;
    }
    this.#wake();
  }

  #trimMemory(below: number): void {
    for (let oldest = this.#recent[0]; oldest !== undefined && oldest.lastNumber < below; oldest = this.#recent[0]) {
      this.#recentBytes -= oldest.bytes.length;
      this.#recent.shift();
    }
  }

  /** A disk that is full or fails is tried again until it takes the block; the core waits meanwhile, the journal does not. */
  async #persistently(segments: SegmentLog, block: Uint8Array): Promise<void> {
    const makeSafe = (): Promise<void> => this.#syncWritten();
    for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 2000)) {
      await this.#room?.wait(() => this.#closed, makeSafe);
      try {
        await segments.append(block);
        if (waitMs > 50) this.#log.info('outbox: can be written again');
        return;
      } catch (cause) {
        // After a failed sync nobody knows what is on disk: only a new start, which reads it, can tell.
        if (this.#closed || (cause instanceof JournalError && cause.code === 'sync-failed')) throw cause;
        if (waitMs === 50) this.#log.error(`outbox: ${messageOf(cause)}; trying again`);
        // Listeners note how far they are only of what is safe; nothing is let go before.
        await makeSafe();
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  #wake(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}

const newestId = async (segments: SegmentLog): Promise<string | undefined> => {
  if (segments.lastSeq === 0 || segments.firstSeq > segments.lastSeq) return undefined;
  let last: BlockLocation | undefined;
  for await (const block of segments.blocksFrom(segments.lastSeq, () => undefined)) last = block;
  if (last === undefined) return undefined;
  const reader = new BlockReader(await segments.read(last));
  let id: string | undefined;
  while (reader.next()) {
    id = (JSON.parse(reader.bytes.toString('utf8', reader.start, reader.end)) as { id: string }).id;
  }
  return id;
};
