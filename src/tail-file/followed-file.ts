// Longer than most: the offset, the head and the mark of one file only mean something together.
import { constants, type BigIntStats } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import { identityOf, type ChainFile, type FollowSettings, type ReadOutcome, type ReadStep } from './chain-file.js';
import { fingerprint, headBytes, markBytes, beginsWith } from './fingerprint.js';
import { LineCutter, type TailCounters } from './line-cutter.js';
import type { FilePosition } from './position.js';

const emptyMark = Buffer.alloc(0);
const mostAttempts = 5;

/** One plain file, open, read in bytes from an offset on. It stays this file whatever becomes of its name. */
export class FollowedFile implements ChainFile {
  base: string;
  readonly identity: string;
  complete = false;
  offset = 0;
  /** Bytes it was last seen to have. */
  size: number;
  modifiedNs: bigint;
  grownAt: number;
  /** No name leads to it any more. */
  deleted = false;
  /** Its first bytes, up to `headBytes`. */
  head: Buffer = emptyMark;
  #mark: Buffer = emptyMark;
  #inHole = false;
  /** The most bytes it was seen to have, and its time then, while what had been read was still there. */
  #peak: number;
  #peakNs: bigint;
  #changed = true;
  #storedUntil = 0;
  #storedAt: number | undefined;
  readonly #handle: FileHandle;
  readonly #device: bigint;
  readonly #inode: bigint;
  readonly #cutter: LineCutter;
  readonly #together: FollowSettings['together'];
  readonly #counters: TailCounters;

  private constructor(handle: FileHandle, path: string, stats: BigIntStats, now: number, settings: FollowSettings) {
    this.#handle = handle;
    this.base = path;
    this.#device = stats.dev;
    this.#inode = stats.ino;
    this.identity = identityOf({ device: stats.dev, inode: stats.ino });
    this.size = Number(stats.size);
    this.modifiedNs = stats.mtimeNs;
    this.grownAt = now;
    this.#cutter = new LineCutter(settings);
    this.#counters = settings.counters;
    this.#together = settings.together;
    this.#peak = this.size;
    this.#peakNs = this.modifiedNs;
  }

  /** Opens it at its beginning. Rejects with the system's error; undefined where it is not a regular file. */
  static async open(path: string, now: number, settings: FollowSettings): Promise<FollowedFile | undefined> {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat({ bigint: true });
      if (stats.isFile()) {
        const file = new FollowedFile(handle, await realpath(path), stats, now, settings);
        await file.#begin();
        return file;
      }
    } catch (error) {
      await handle.close();
      throw error;
    }
    await handle.close();
    return undefined;
  }

  get unread(): number {
    return Math.max(0, this.size - this.offset);
  }

  /** Bytes that were seen at its end and are gone although what was read is still there: once. */
  takeShortening(): number {
    const lost = this.#peak - this.size;
    this.#peak = this.size;
    return lost;
  }

  /** Bytes known to have been destroyed unread when what was read is no longer there. */
  get destroyed(): number {
    return Math.max(0, this.#peak - this.offset);
  }

  /** Everything in it now was there before following began. */
  markStored(): void {
    this.#storedUntil = this.size;
    this.#storedAt = Number(this.modifiedNs / 1_000_000n);
  }

  /** Whether it is the file of that position and still has what was read of it. */
  async holds(position: FilePosition): Promise<boolean> {
    const { head, mark, offset } = position;
    if (this.size < offset) return false;
    if (offset > 0 && !beginsWith(this.head, head)) return false;
    if (mark.bytes === 0) return offset === 0 && (head.bytes === 0 || beginsWith(this.head, head));
    return beginsWith(await this.#bytesAt(offset - mark.bytes, mark.bytes), mark);
  }

  /** Goes on at a position that it `holds`. */
  async resume(position: FilePosition): Promise<void> {
    this.offset = position.offset;
    this.#cutter.skipping = position.skipping;
    await this.#remark();
  }

  /** Goes on at the beginning of its last line if that is unfinished, else at its end. */
  async skipToEnd(buffer: Buffer): Promise<void> {
    const from = Math.max(0, this.size - buffer.length);
    const { bytesRead } = await this.#handle.read(buffer, 0, this.size - from, from);
    const newline = bytesRead === 0 ? -1 : buffer.lastIndexOf(10, bytesRead - 1);
    this.offset = newline === -1 ? from : from + newline + 1;
    this.#cutter.skipping = newline === -1 && from > 0;
    await this.#remark();
  }

  /** Begins again: what was read before is gone. */
  async restart(): Promise<void> {
    this.offset = 0;
    this.#cutter.skipping = false;
    this.head = emptyMark;
    this.#mark = emptyMark;
    this.#inHole = true;
    this.#changed = true;
    this.#storedUntil = 0;
    await this.#begin();
  }

  /** Sees what it begins with, where nothing was known of it, so that it can be told from others before it is read. */
  async takeInHead(): Promise<void> {
    if (this.head.length === 0 && this.size > 0) this.head = await this.#bytesAt(0, headBytes);
  }

  /** Whether it still has the size and time it was last seen to have. */
  async isUnchanged(): Promise<boolean> {
    const stats = await this.#handle.stat({ bigint: true });
    return Number(stats.size) === this.size && stats.mtimeNs === this.modifiedNs;
  }

  /** Whether this file, as it is now, and the other one begin with the same bytes, as far as both go. An empty one is like none. */
  async beginsLike(other: FollowedFile): Promise<boolean> {
    const head = this.head.length === 0 ? await this.#bytesAt(0, headBytes) : this.head;
    const length = Math.min(head.length, other.head.length);
    return length > 0 && head.subarray(0, length).equals(other.head.subarray(0, length));
  }

  async look(now: number): Promise<void> {
    this.note(await this.#handle.stat({ bigint: true }), now);
  }

  /** The same, where the caller has just asked for the file's stats. */
  note(stats: BigIntStats, now: number): void {
    const size = Number(stats.size);
    if (size === this.size && stats.mtimeNs === this.modifiedNs) return;
    if (size !== this.size) this.grownAt = now;
    this.#changed = true;
    this.deleted = stats.nlink === 0n;
    this.size = size;
    this.modifiedNs = stats.mtimeNs;
  }

  async read(step: ReadStep): Promise<ReadOutcome> {
    if (!this.#changed) return 'end';
    const goneUnseen = this.head.length === 0 && this.size < this.#peak;
    if (goneUnseen || this.size < this.offset || !(await this.#checkHead())) return 'truncated';
    if (this.size === this.offset) {
      if (!(await this.#checkMark())) return 'truncated';
      this.#verified();
    }
    while (this.offset < this.size) {
      if (step.budget <= 0) return 'more';
      const outcome = await this.#readChunk(step);
      if (outcome !== 'more') {
        this.#changed = outcome !== 'end';
        return outcome;
      }
    }
    this.#changed = false;
    return 'end';
  }

  async finish(step: ReadStep): Promise<boolean> {
    const before = this.#mark.length;
    const bytesRead = await this.#fill(step.buffer, before, this.size);
    let taken = false;
    this.#together(() => {
      taken = this.#cutter.last(step.buffer, before, bytesRead, this.#stored);
      if (taken) this.#advance(step.buffer, bytesRead - before, before);
    });
    return taken;
  }

  position(): FilePosition {
    return {
      path: this.base,
      device: String(this.#device),
      inode: String(this.#inode),
      head: fingerprint(this.head),
      mark: fingerprint(this.#mark),
      offset: this.offset,
      size: this.#peak,
      modifiedNs: String(this.#peakNs),
      skipping: this.#cutter.skipping,
      gzip: false,
    };
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  get #stored(): number | undefined {
    return this.offset < this.#storedUntil ? this.#storedAt : undefined;
  }

  /** Takes its size and its head at one moment: not while it is being truncated. */
  async #begin(): Promise<void> {
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const stats = await this.#handle.stat({ bigint: true });
      this.size = Number(stats.size);
      this.modifiedNs = stats.mtimeNs;
      this.head = await this.#bytesAt(0, headBytes);
      if (this.head.length >= Math.min(this.size, headBytes)) break;
    }
    this.#peak = this.size;
    this.#peakNs = this.modifiedNs;
  }

  #verified(): void {
    this.#peak = Math.max(this.#peak, this.size);
    this.#peakNs = this.modifiedNs;
  }

  /** Reads the mark and what follows it, so that a truncation since the last look shows at once. */
  async #readChunk(step: ReadStep): Promise<ReadOutcome> {
    const { buffer } = step;
    const before = this.#mark.length;
    const bytesRead = await this.#fill(buffer, before, this.size);
    const isShort = bytesRead < Math.min(buffer.length, this.size - this.offset + before);
    if (isShort || !this.#agrees(buffer, before, bytesRead)) return 'truncated';
    this.#verified();
    step.budget -= bytesRead - before;
    const start = this.#passHole(buffer, before, bytesRead);
    let at = start;
    this.#together(() => {
      at = this.#cutter.cut(buffer, start, bytesRead, this.#stored);
      this.#advance(buffer, at - before, before);
    });
    if (this.#cutter.refused) return 'refused';
    return at === before ? 'end' : 'more';
  }

  #agrees(buffer: Buffer, before: number, bytesRead: number): boolean {
    if (bytesRead < before || this.#mark.compare(buffer, 0, before) !== 0) return false;
    const from = this.offset - before;
    const overlap = Math.min(this.head.length - from, bytesRead);
    return overlap <= 0 || this.head.compare(buffer, 0, overlap, from, from + overlap) === 0;
  }

  async #fill(buffer: Buffer, before: number, until: number): Promise<number> {
    const from = this.offset - before;
    return (await this.#handle.read(buffer, 0, Math.min(buffer.length, until - from), from)).bytesRead;
  }

  /** A writer that does not append goes on at its old offset after a truncation: the file then begins with a hole of NULs. */
  #passHole(buffer: Buffer, start: number, end: number): number {
    if (!this.#inHole) return start;
    let at = start;
    while (at < end && buffer[at] === 0) at += 1;
    this.#inHole = at === end;
    this.#counters.hole_bytes += at - start;
    return at;
  }

  #advance(buffer: Buffer, length: number, before: number): void {
    const end = before + length;
    this.offset += length;
    if (length > 0) this.#mark = Buffer.from(buffer.subarray(Math.max(0, end - markBytes), end));
  }

  async #remark(): Promise<void> {
    const length = Math.min(markBytes, this.offset);
    this.#mark = await this.#bytesAt(this.offset - length, length);
    this.#changed = true;
  }

  async #checkMark(): Promise<boolean> {
    return (await this.#bytesAt(this.offset - this.#mark.length, this.#mark.length)).equals(this.#mark);
  }

  /** Whether its first bytes, those read at any rate, are still the same; takes in those added since. */
  async #checkHead(): Promise<boolean> {
    const head = await this.#bytesAt(0, headBytes);
    const common = Math.min(head.length, this.head.length);
    const shortest = Math.min(this.head.length, this.offset === 0 ? headBytes : this.offset);
    if (common < shortest || !head.subarray(0, common).equals(this.head.subarray(0, common))) return false;
    this.head = head;
    return true;
  }

  async #bytesAt(offset: number, length: number): Promise<Buffer> {
    if (length === 0) return emptyMark;
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await this.#handle.read(bytes, 0, length, offset);
    return bytes.subarray(0, bytesRead);
  }
}
