// Longer than most: appending, reading and trimming share one list of segments, and its order.
import { messageOf } from '../fault.js';
import { killPoint } from '../kill-point.js';
import { AppendFile } from './append-file.js';
import type { BlockLocation, Segment } from './block-chain.js';
import type { BlockRun } from './block-run.js';
import { readBlockHeader } from './block.js';
import { type FileLayer, realFiles } from './file-layer.js';
import { JournalError } from './journal-error.js';
import { type RunPiece, readRun } from './run-read.js';
import type { SegmentLogOptions } from './segment-log-options.js';
import {
  createSegment,
  type Recovered,
  listSegments,
  recoverSegment,
  removeSegment,
  segmentPath,
} from './segment-files.js';
import { type Gap, readBlock, walkBlocks } from './segment-read.js';

export type { BlockLocation } from './block-chain.js';
export type { SegmentLogOptions } from './segment-log-options.js';
export type { Gap } from './segment-read.js';

const keepNothing = async (): Promise<void> => undefined;

const defaultSegmentBytes = 64 * 1024 * 1024;

/**
 * Numbered blocks on disk, in segments `<first number, 16 digits>.seg`. A segment is begun only when the one before is
 * safe on disk: after a loss of power the blocks are a prefix of what was appended, and only the last can be torn.
 * One process a directory, see `lockDataDir`.
 */
export class SegmentLog {
  readonly dir: string;
  /** What opening cut off. */
  readonly recovered: Recovered;
  readonly #fs: FileLayer;
  readonly #segmentBytes: number;
  readonly #segments: Segment[];
  #current: AppendFile | undefined;
  #nextSeq: number;
  #beginSegment = false;
  #queue: Promise<unknown> = Promise.resolve();
  #trims: Promise<unknown> = Promise.resolve();
  readonly #beforeRemoval: NonNullable<SegmentLogOptions['beforeRemoval']>;
  readonly #closing = new AbortController();
  #closed = false;

  private constructor(
    options: Required<SegmentLogOptions>,
    found: { segments: Segment[]; current: AppendFile | undefined; nextSeq: number; recovered: Recovered },
  ) {
    this.dir = options.dir;
    this.#fs = options.fs;
    this.#segmentBytes = options.segmentBytes;
    this.#beforeRemoval = options.beforeRemoval;
    this.#segments = found.segments;
    this.#current = found.current;
    this.#nextSeq = found.nextSeq;
    this.recovered = found.recovered;
  }

  /** Opens or begins the log of a directory. @throws JournalError `read-failed`, `unknown-version` */
  static async open(options: SegmentLogOptions): Promise<SegmentLog> {
    const { dir, segmentBytes = defaultSegmentBytes, fs = realFiles, beforeRemoval = keepNothing } = options;
    const all = { dir, segmentBytes, fs, beforeRemoval };
    try {
      await fs.makeDir(dir);
      const segments = await listSegments(fs, dir);
      const segment = segments.at(-1);
      if (segment === undefined) {
        const recovered = { tornBytes: 0, tornFile: undefined };
        return new SegmentLog(all, { segments, current: undefined, nextSeq: 1, recovered });
      }
      const path = segmentPath(dir, segment.firstSeq);
      const file = await fs.open(path, 'update');
      try {
        const { nextSeq, recovered } = await recoverSegment({ fs, dir, segment, file });
        const current = new AppendFile(file, { path, size: segment.bytes });
        return new SegmentLog(all, { segments, current, nextSeq, recovered });
      } catch (error) {
        await file.close();
        throw error;
      }
    } catch (error) {
      if (error instanceof JournalError && error.code === 'unknown-version') throw error;
      throw new JournalError('read-failed', `cannot open the journal in ${dir}: ${messageOf(error)}`, error);
    }
  }

  /** Number of the last entry; 0 before the first. */
  get lastSeq(): number {
    return this.#nextSeq - 1;
  }

  /** Number of the first entry kept; `lastSeq` + 1 where there is none. */
  get firstSeq(): number {
    return this.#segments[0]?.firstSeq ?? this.#nextSeq;
  }

  /** The number from which on a trim removes something; undefined where it cannot remove anything yet. */
  get trimsFrom(): number | undefined {
    return this.#segments[1]?.bytes === 0 ? undefined : this.#segments[1]?.firstSeq;
  }

  /** Bytes of all segments. */
  get bytes(): number {
    let sum = 0;
    for (const segment of this.#segments) sum += segment.bytes;
    return sum;
  }

  /** Number of the oldest entry with which a trim leaves at most so many bytes; the newest segment is never trimmed. */
  seqWithin(bytes: number): number {
    let sum = 0;
    let seq = this.#nextSeq;
    for (const segment of this.#segments.toReversed()) {
      sum += segment.bytes;
      if (sum > bytes) break;
      seq = segment.firstSeq;
    }
    return seq;
  }

  /**
   * Writes a block behind all others; resolves when it is in the page cache. The bytes must stay as they are until then.
   * May be called again before that: blocks are written in the order of the calls, and those behind a failed one fail too
   * (`out-of-order`), so that the caller can append them all again.
   * @throws JournalError `not-a-block`, `out-of-order`, `write-failed` (may be tried again), `sync-failed` (for good), `closed`
   */
  append(block: Uint8Array): Promise<BlockLocation> {
    return this.#enqueue(() => this.#append(block));
  }

  /** Resolves when every block whose append was called before and did not fail is on the disk. @throws JournalError `sync-failed`, for good */
  async sync(): Promise<void> {
    await this.#queue;
    await this.#current?.sync();
  }

  /**
   * Where the file of the segment being written is gone (removed underneath), the next block begins another. Resolves to
   * the segment that is gone: what it held cannot be read any more.
   */
  leaveIfRemoved(): Promise<Segment | undefined> {
    return this.#enqueue(async () => {
      const segment = this.#segments.at(-1);
      if (segment === undefined || this.#current === undefined || this.#beginSegment) return undefined;
      const path = segmentPath(this.dir, segment.firstSeq);
      if (segment.bytes === 0 || (await this.#fs.identity(path)) !== undefined) return undefined;
      this.#beginSegment = true;
      return segment;
    });
  }

  /** Gives up the numbers up to `seq`, in a new segment: for a log found to end before what a checkpoint has already seen. */
  skipTo(seq: number): Promise<void> {
    return this.#enqueue(async () => {
      if (seq < this.#nextSeq) return;
      this.#nextSeq = seq + 1;
      this.#beginSegment = true;
    });
  }

  /** A block's bytes, in an ArrayBuffer of their own. @throws JournalError `damaged`, `read-failed` */
  read(location: BlockLocation): Promise<Uint8Array> {
    return readBlock({ fs: this.#fs, dir: this.dir, location });
  }

  /** The first blocks of a run, or what cannot be given of it. @throws JournalError `read-failed` */
  readRun(run: BlockRun): Promise<RunPiece> {
    return readRun({ fs: this.#fs, dir: this.dir, run });
  }

  /**
   * The blocks from the one that holds `seq` to the last one appended, found by their headers alone; `read` checks them.
   * Numbers that cannot be given are told to `onGap`, never passed over in silence.
   */
  blocksFrom(seq: number, onGap: (gap: Gap) => void): AsyncGenerator<BlockLocation> {
    return walkBlocks({
      fs: this.#fs,
      dir: this.dir,
      segments: this.#segments,
      seq,
      lastSeq: () => this.lastSeq,
      onGap,
    });
  }

  /** Removes whole segments all of whose entries are below `seq`, never the last that holds any; resolves to the bytes freed. @throws JournalError `write-failed`, and what `beforeRemoval` throws */
  trim(seq: number): Promise<number> {
    const run = this.#trims.then(() => this.#trim(seq));
    this.#trims = run.catch(() => undefined); // Its caller is told.
    return run;
  }

  /** Waits for what was appended, makes it safe on disk and lets the file go. @throws JournalError `write-failed`, `sync-failed` */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#closing.abort();
    await this.#queue;
    await this.#trims;
    try {
      await this.#current?.finish();
    } finally {
      await this.#current?.close();
    }
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) {
      return Promise.reject(new JournalError('closed', `cannot append to the journal in ${this.dir}: it is closed`));
    }
    const run = this.#queue.then(work);
    this.#queue = run.catch(() => undefined); // Its caller is told.
    return run;
  }

  async #append(block: Uint8Array): Promise<BlockLocation> {
    const header = readBlockHeader(block);
    if (header === undefined || header.length !== block.length || header.count === 0) {
      throw new JournalError(
        'not-a-block',
        `cannot append ${block.length} bytes to ${this.dir}: they are not a sealed block with at least one entry`,
      );
    }
    const { firstSeq, count, length } = header;
    if (firstSeq !== this.#nextSeq) {
      throw new JournalError(
        'out-of-order',
        `cannot append a block of number ${firstSeq} to ${this.dir}: the next number is ${this.#nextSeq}`,
      );
    }
    const { file, segment } = await this.#segmentFor(length);
    const offset = file.size;
    await file.write(block);
    segment.bytes = file.size;
    this.#nextSeq += count;
    return { segment: segment.firstSeq, offset, length, firstSeq, count };
  }

  async #segmentFor(length: number): Promise<{ file: AppendFile; segment: Segment }> {
    const file = this.#current;
    const segment = this.#segments.at(-1);
    if (file !== undefined && segment !== undefined && !this.#beginSegment) {
      if (file.size === 0 || file.size + length <= this.#segmentBytes) return { file, segment };
    }
    return this.#begin(file);
  }

  async #begin(old: AppendFile | undefined): Promise<{ file: AppendFile; segment: Segment }> {
    // From here on the old segment takes no more, even if this fails: the new one's file may be there already.
    this.#beginSegment = true;
    await old?.finish();
    const file = await createSegment(this.#fs, this.dir, this.#nextSeq);
    killPoint('segment-created');
    const segment: Segment = { firstSeq: this.#nextSeq, bytes: 0 };
    this.#segments.push(segment);
    this.#current = file;
    this.#beginSegment = false;
    await old?.close();
    return { file, segment };
  }

  async #trim(seq: number): Promise<number> {
    let freed = 0;
    for (;;) {
      const [oldest, next] = this.#segments;
      if (oldest === undefined || next === undefined || next.firstSeq > seq || this.#closed) break;
      // Until a block stands in the next one, the newest there is stands here.
      if (next.bytes === 0) break;
      await this.#beforeRemoval(oldest, this.#closing.signal);
      killPoint('segment-removing');
      await removeSegment(this.#fs, this.dir, oldest.firstSeq);
      this.#segments.shift();
      freed += oldest.bytes;
    }
    return freed;
  }
}
