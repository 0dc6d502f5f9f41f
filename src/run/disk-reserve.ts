import type { FileLayer } from '../journal/file-layer.js';

const mostReservedBytes = 256 * 1024 * 1024;
const mostReservedShare = 0.05;
/** Room that must be there beyond the reserve before it counts as enough again, so that it does not change to and fro. */
const marginShare = 1 / 8;

/**
 * Room on a disk that received data must not take: events and checkpoints are written from it, without which the journal
 * could never give anything back.
 */
export class DiskReserve {
  readonly #fs: Pick<FileLayer, 'space'>;
  readonly #dir: string;
  #freeBytes = Infinity;
  #reservedBytes = 0;
  #low = false;

  constructor(fs: Pick<FileLayer, 'space'>, dir: string) {
    this.#fs = fs;
    this.#dir = dir;
  }

  /** Only the reserve is left. */
  get low(): boolean {
    return this.#low;
  }

  /** What is kept in reserve: 5 % of the disk, 256 MiB at most. Known once asked. */
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
    this.#reservedBytes = Math.min(mostReservedBytes, Math.floor(totalBytes * mostReservedShare));
    this.#judge();
  }

  #judge(): void {
    const wanted = this.#reservedBytes * (this.#low ? 1 + marginShare : 1);
    this.#low = this.#freeBytes < wanted;
  }
}
