import { constants, type BigIntStats } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import { beginsWith, fingerprint, headBytes, markBytes } from './fingerprint.js';
import { identityOf, type ChainFile, type FollowSettings, type ReadOutcome, type ReadStep } from './chain-file.js';
import { LineCutter } from './line-cutter.js';
import type { FilePosition } from './position.js';
import { unpack } from './unpack.js';

const empty = Buffer.alloc(0);

/** A rotated file that has been compressed: its lines are read from an offset on, once; offsets count unpacked bytes. */
export class GzipFile implements ChainFile {
  base: string;
  readonly identity: string;
  readonly complete = true;
  readonly grownAt: number;
  /** Its first bytes, unpacked. */
  head: Buffer = empty;
  #offset = 0;
  #mark: Buffer = empty;
  /** Unpacked bytes from the reading place on. */
  #rest: Buffer = empty;
  #unpackedEnd = false;
  #toPass = 0;
  readonly #stats: BigIntStats;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #cutter: LineCutter;
  readonly #together: FollowSettings['together'];
  readonly #destroy: () => void;

  private constructor(handle: FileHandle, path: string, stats: BigIntStats, now: number, settings: FollowSettings) {
    this.base = path;
    this.identity = identityOf({ device: stats.dev, inode: stats.ino });
    this.grownAt = now;
    this.#stats = stats;
    this.#cutter = new LineCutter(settings);
    this.#together = settings.together;
    const stored = handle.createReadStream();
    this.#chunks = unpack(stored);
    this.#destroy = () => stored.destroy();
  }

  /** Opens it and unpacks its head. Rejects with the system's error or zlib's; undefined where it is not a regular file. */
  static async open(path: string, now: number, settings: FollowSettings): Promise<GzipFile | undefined> {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    let file: GzipFile;
    try {
      const stats = await handle.stat({ bigint: true });
      if (!stats.isFile()) {
        await handle.close();
        return undefined;
      }
      file = new GzipFile(handle, await realpath(path), stats, now, settings);
    } catch (error) {
      await handle.close();
      throw error;
    }
    try {
      while (file.#rest.length < headBytes && (await file.#unpackMore()));
    } catch (error) {
      await file.close();
      throw error;
    }
    file.head = Buffer.from(file.#rest.subarray(0, headBytes));
    return file;
  }

  get unread(): number {
    return this.#rest.length;
  }

  /** Whether it is, by its head, the file of that position. */
  holds(position: FilePosition): boolean {
    return beginsWith(this.head, position.head);
  }

  /** Goes on at that position. */
  resume(position: FilePosition): void {
    this.#toPass = position.offset;
    this.#cutter.skipping = position.skipping;
  }

  async look(): Promise<void> {
    // Nothing is added to a compressed file.
  }

  async read(step: ReadStep): Promise<ReadOutcome> {
    for (;;) {
      this.#pass();
      if (this.#toPass === 0) {
        this.#together(() => this.#advance(this.#cutter.cut(this.#rest, 0, this.#rest.length, this.#storedAt)));
        if (this.#cutter.refused) return 'refused';
      }
      if (this.#unpackedEnd) return 'end';
      if (step.budget <= 0) return 'more';
      const before = this.#rest.length;
      await this.#unpackMore();
      step.budget -= this.#rest.length - before;
    }
  }

  async finish(): Promise<boolean> {
    let taken = false;
    this.#together(() => {
      taken = this.#cutter.last(this.#rest, 0, this.#rest.length, this.#storedAt);
      if (taken) this.#advance(this.#rest.length);
    });
    return taken;
  }

  position(): FilePosition {
    return {
      path: this.base,
      device: String(this.#stats.dev),
      inode: String(this.#stats.ino),
      head: fingerprint(this.head),
      mark: fingerprint(this.#mark),
      offset: this.#offset + this.#toPass,
      size: this.#offset + this.#toPass + this.#rest.length,
      modifiedNs: String(this.#stats.mtimeNs),
      skipping: this.#cutter.skipping,
      gzip: true,
    };
  }

  async close(): Promise<void> {
    this.#destroy();
  }

  get #storedAt(): number {
    return Number(this.#stats.mtimeMs);
  }

  /** Passes over what had been read before. */
  #pass(): void {
    const length = Math.min(this.#toPass, this.#rest.length);
    this.#toPass -= length;
    this.#advance(length);
  }

  #advance(length: number): void {
    if (length === 0) return;
    this.#mark = Buffer.from(this.#rest.subarray(Math.max(0, length - markBytes), length));
    this.#rest = this.#rest.subarray(length);
    this.#offset += length;
  }

  async #unpackMore(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) this.#unpackedEnd = true;
    else this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
    return !this.#unpackedEnd;
  }
}
