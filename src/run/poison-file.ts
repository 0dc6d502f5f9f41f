import { appendFile, stat } from 'node:fs/promises';
import { messageOf } from '../fault.js';
import { realFiles } from '../journal/file-layer.js';
import { isWhole, linesOf } from '../journal/file-lines.js';
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
const head = /^\{"time":"([^"]{1,40})","seq":(\d{1,16}),/u;
const headBytes = 200;

const keyOf = (time: string, seq: number | string): string => `${seq} ${time}`;

/** `poison.jsonl`: entries set aside, a line of JSON each with the bytes in base64; at 256 MiB no more are kept, and counted. */
export class PoisonFile {
  unkept = 0;
  readonly #path: string;
  readonly #mostBytes: number;
  readonly #log: Log;
  /** What runs before have kept. */
  #before: Promise<ReadonlySet<string>> | undefined;

  constructor(options: { readonly path: string; readonly log: Log; readonly mostBytes?: number }) {
    this.#path = options.path;
    this.#log = options.log;
    this.#mostBytes = options.mostBytes ?? mostBytes;
  }

  /**
   * Appends one, unless a run before did and came to no note of it; whether it is in the file. What cannot be kept is said
   * and counted.
   */
  async keep({ bytes, receivedAt, ...entry }: PoisonedEntry): Promise<boolean> {
    try {
      const time = new Date(receivedAt).toISOString();
      this.#before ??= this.#readBefore().catch((cause: unknown) => {
        this.#before = undefined; // To be read with the next.
        throw cause;
      });
      if ((await this.#before).has(keyOf(time, entry.seq))) return true;
      const line = { time, ...entry, bytes: Buffer.from(bytes).toString('base64') };
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

  /** A line torn by a crash is cut off: its entry comes again. */
  async #readBefore(): Promise<ReadonlySet<string>> {
    const kept = new Set<string>();
    if ((await this.#size()) === 0) return kept;
    const file = await realFiles.open(this.#path, 'update');
    try {
      let end = 0;
      for await (const line of linesOf(file)) {
        if (!isWhole(line)) await file.truncate(end);
        end += line.length;
        const [, time, seq] = head.exec(line.toString('utf8', 0, headBytes)) ?? [];
        if (time !== undefined && seq !== undefined && isWhole(line)) kept.add(keyOf(time, seq));
      }
    } finally {
      await file.close();
    }
    return kept;
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
