import { appendFile, stat } from 'node:fs/promises';
import { messageOf } from '../fault.js';
import type { Log } from '../module.js';

/** An entry of the journal that was set aside, as it was received. */
export interface PoisonedEntry {
  readonly seq: number;
  /** What kind of entry it is: see `entryKinds`. */
  readonly kind: number;
  readonly input: string;
  readonly peer: string | undefined;
  /** ms since the epoch. */
  readonly receivedAt: number;
  readonly by: string;
  readonly reason: string;
  readonly bytes: Uint8Array;
}

const mostBytes = 256 * 1024 * 1024;

/** `poison.jsonl`: entries set aside, a line of JSON each with the bytes in base64; at 256 MiB no more are kept, and counted. */
export class PoisonFile {
  unkept = 0;
  readonly #path: string;
  readonly #mostBytes: number;
  readonly #log: Log;

  constructor(options: { readonly path: string; readonly log: Log; readonly mostBytes?: number }) {
    this.#path = options.path;
    this.#log = options.log;
    this.#mostBytes = options.mostBytes ?? mostBytes;
  }

  /** Appends one; whether it is in the file. What cannot be kept is said and counted. */
  async keep({ bytes, receivedAt, ...entry }: PoisonedEntry): Promise<boolean> {
    try {
      const line = { time: new Date(receivedAt).toISOString(), ...entry, bytes: Buffer.from(bytes).toString('base64') };
      const text = `${JSON.stringify(line)}\n`;
      if ((await this.#size()) + text.length > this.#mostBytes) {
        throw new Error(`it has grown to ${this.#mostBytes} bytes; moving it away would be right`);
      }
      await appendFile(this.#path, text, { mode: 0o600, flush: true });
      return true;
    } catch (cause) {
      this.unkept += 1;
      this.#log.error(`journal entry ${entry.seq}, set aside, cannot be kept in ${this.#path}: ${messageOf(cause)}`);
      return false;
    }
  }

  async #size(): Promise<number> {
    try {
      return (await stat(this.#path)).size;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return 0;
      throw cause;
    }
  }
}
