import { messageOf } from '../fault.js';
import type { OpenFile } from './file-layer.js';
import { JournalError } from './journal-error.js';

const zeroWritesBeforeGivingUp = 3;

/**
 * A file that only grows, in whole writes: what a failed write left behind is cut off before the next one.
 * One `write` at a time; `sync` at any time. After a failed sync nothing is promised any more, so every later call fails
 * with the same error: the kernel may have dropped the pages and would say yes the next time.
 */
export class AppendFile {
  readonly path: string;
  readonly #file: OpenFile;
  #size: number;
  #torn = false;
  #unsynced = false;
  #failure: JournalError | undefined;
  #lastSync: Promise<void> = Promise.resolve();
  #nextSync: Promise<void> | undefined;

  constructor(file: OpenFile, options: { readonly path: string; readonly size: number }) {
    this.#file = file;
    this.path = options.path;
    this.#size = options.size;
  }

  /** Bytes of whole writes. */
  get size(): number {
    return this.#size;
  }

  /** Resolves when all bytes are in the page cache; rejects with `write-failed`, and the file is as it was before. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    await this.#cutTornBytes();
    this.#unsynced = true;
    try {
      await this.#writeWhole(bytes);
    } catch (error) {
      this.#torn = true;
      throw new JournalError(
        'write-failed',
        `cannot write ${bytes.length} bytes at ${this.#size} of ${this.path}: ${messageOf(error)}; what was there before is kept`,
        error,
      );
    }
    this.#size += bytes.length;
  }

  /** Takes back everything beyond `size`; it is cut off before the next write, and at the next start where there is none. */
  takeBack(size: number): void {
    if (size >= this.#size) return;
    this.#size = size;
    this.#torn = true;
  }

  /** Resolves when every write that resolved before the call is on the disk; rejects with `sync-failed`. */
  sync(): Promise<void> {
    // One at a time: of two at once, one could be told of an error and the other succeed.
    this.#nextSync ??= this.#lastSync.then(() => {
      this.#nextSync = undefined;
      const run = this.#syncNow();
      this.#lastSync = run.catch(() => undefined); // Its callers are told.
      return run;
    });
    return this.#nextSync;
  }

  /** Makes what is whole safe on disk and cuts off what is not: the file will not grow any more. */
  async finish(): Promise<void> {
    await this.#cutTornBytes();
    await this.sync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #writeWhole(bytes: Uint8Array): Promise<void> {
    let done = 0;
    let zeroWrites = 0;
    while (done < bytes.length) {
      const count = await this.#file.write(done === 0 ? bytes : bytes.subarray(done), this.#size + done);
      done += count;
      zeroWrites = count === 0 ? zeroWrites + 1 : 0;
      if (zeroWrites === zeroWritesBeforeGivingUp) throw new Error('the file takes no more bytes');
    }
  }

  async #cutTornBytes(): Promise<void> {
    if (!this.#torn) return;
    try {
      await this.#file.truncate(this.#size);
    } catch (error) {
      throw new JournalError(
        'write-failed',
        `cannot cut a failed write off ${this.path} at ${this.#size}: ${messageOf(error)}`,
        error,
      );
    }
    // On the disk before new bytes go to the same place: old and new must not be mixed after a crash.
    this.#unsynced = true;
    await this.sync();
    this.#torn = false;
  }

  async #syncNow(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#unsynced) return;
    this.#unsynced = false;
    try {
      await this.#file.sync();
    } catch (error) {
      this.#failure = new JournalError(
        'sync-failed',
        `cannot make ${this.path} safe on disk: ${messageOf(error)}; a restart reads what is there`,
        error,
      );
      throw this.#failure;
    }
  }
}
