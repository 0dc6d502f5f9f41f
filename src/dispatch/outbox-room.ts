import { setTimeout as sleep } from 'node:timers/promises';
import { DiskReserve, leftByOutbox } from '../journal/disk-reserve.js';
import type { FileLayer } from '../journal/file-layer.js';
import type { Log } from '../module.js';

const mebibyte = 1024 * 1024;
/** With less room than this the disk is asked before each write, else now and then: others write, too. */
const closeBytes = 4096 * mebibyte;
const askEveryMs = 1000;
const askLowEveryMs = 100;
/** A full outbox that listeners empty within this time is no news. */
const sayAfterMs = 5000;

const largestSegmentBytes = 8 * mebibyte;
const smallestSegmentBytes = 256 * 1024;
/** The bound is kept by whole segments: so many of them at least. */
const fewestSegments = 16;
/** The newest segment is never given back: on a disk that the journal has nearly filled, several must fit into what it leaves. */
const fewestOnDisk = 64;

/** How large a segment of the outbox is, for its bound and its disk. */
export const segmentBytesFor = (maxBytes: number, diskBytes: number): number => {
  const wanted = Math.floor(Math.min(maxBytes / fewestSegments, diskBytes / fewestOnDisk));
  return Math.min(largestSegmentBytes, Math.max(smallestSegmentBytes, wanted));
};

/** Room on the outbox's disk: events wait while so little is left that positions of listeners could not be saved, and nothing ever let go. */
export class OutboxRoom {
  readonly #reserve: DiskReserve;
  readonly #dir: string;
  readonly #log: Log;
  #askedMs = -Infinity;

  constructor(options: { readonly fs: FileLayer; readonly dir: string; readonly log: Log }) {
    this.#reserve = new DiskReserve(options.fs, options.dir, leftByOutbox);
    this.#dir = options.dir;
    this.#log = options.log;
  }

  /**
   * Waits until there is room, or nobody waits any more; `makeSafe` before that, for listeners note how far they are only of
   * what is safe. A disk that does not say how full it is counts as one with room. Rejects with what `makeSafe` does.
   */
  async wait(closed: () => boolean, makeSafe: () => Promise<void>): Promise<void> {
    const began = performance.now();
    let said = false;
    while (!closed() && (await this.#isLow())) {
      if (!said && performance.now() - began >= sayAfterMs) {
        said = true;
        this.#log.error(
          `outbox: the disk of ${this.#dir} is full: events wait until listeners have taken those before`,
        );
      }
      await makeSafe();
      await sleep(askLowEveryMs);
    }
    if (said) this.#log.info('outbox: there is room again');
  }

  async #isLow(): Promise<boolean> {
    const reserve = this.#reserve;
    const now = performance.now();
    if (reserve.freeBytes > closeBytes && now - this.#askedMs < askEveryMs) return false;
    this.#askedMs = now;
    try {
      await reserve.ask();
    } catch {
      return false; // The write will tell.
    }
    return reserve.low;
  }
}
