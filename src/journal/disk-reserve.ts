import type { FileLayer } from './file-layer.js';

const mebibyte = 1024 * 1024;

/** How much of a disk is kept: a share of it, within bounds; of a tiny one, a quarter at most. */
export interface ReserveSize {
  readonly share: number;
  readonly leastBytes: number;
  readonly mostBytes: number;
}

/** What received data leaves: for events and checkpoints. */
export const leftByJournal: ReserveSize = { share: 0.05, leastBytes: 4 * mebibyte, mostBytes: 256 * mebibyte };
/** What events leave: for positions of listeners and checkpoints, without which neither events nor the journal could be let go. */
export const leftByOutbox: ReserveSize = { share: 0.01, leastBytes: mebibyte, mostBytes: 64 * mebibyte };

/** Room that must be there beyond the reserve before it counts as enough again, so that it does not change to and fro. */
const marginShare = 1 / 8;
const closeShare = 4;

/** Room on a disk that some data must not take: what lets that data go again is written from it. */
export class DiskReserve {
  readonly #fs: Pick<FileLayer, 'space'>;
  readonly #dir: string;
  readonly #size: ReserveSize;
  #freeBytes = Infinity;
  #reservedBytes = 0;
  #low = false;

  constructor(fs: Pick<FileLayer, 'space'>, dir: string, size: ReserveSize) {
    this.#fs = fs;
    this.#dir = dir;
    this.#size = size;
  }

  /** Only the reserve is left. */
  get low(): boolean {
    return this.#low;
  }

  /** So little is left beyond the reserve that what others write meanwhile counts. */
  get close(): boolean {
    return this.#freeBytes < closeShare * this.#reservedBytes;
  }

  /** What is kept in reserve. Known once asked. */
  get reservedBytes(): number {
    return this.#reservedBytes;
  }

  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** Takes note of bytes written since the disk was asked. */
  wrote(bytes: number): void {
    this.#freeBytes -= bytes;
    this.#judge();
  }

  /** Asks the disk. Rejects where it does not say. */
  async ask(): Promise<void> {
    const { freeBytes, totalBytes } = await this.#fs.space(this.#dir);
    this.#freeBytes = freeBytes;
    const { share, leastBytes, mostBytes } = this.#size;
    const least = Math.max(totalBytes * share, Math.min(leastBytes, totalBytes / 4));
    this.#reservedBytes = Math.floor(Math.min(mostBytes, least));
    this.#judge();
  }

  #judge(): void {
    const wanted = this.#reservedBytes * (this.#low ? 1 + marginShare : 1);
    this.#low = this.#freeBytes < wanted;
  }
}
