import { rename } from 'node:fs/promises';
import { AppendFile } from '../../appender/append-file.js';
import { escapeJson } from '../../escape.js';
import { messageOf } from '../../fault.js';
import type { Log } from '../../module.js';
import { ThrottledWarning } from '../throttled-warning.js';

/** An event that could not be taken. */
export interface Rejected {
  readonly input: string;
  readonly peer: string | undefined;
  /** ms since the epoch. */
  readonly receivedAt: number;
  readonly reason: string;
  /** As it was received. */
  readonly bytes: Buffer;
}

const mostBytes = 64 * 1024 * 1024;
const mostWaitingBytes = 16 * 1024 * 1024;
const longestText = 64 * 1024;

const lineOf = ({ input, peer, receivedAt, reason, bytes }: Rejected): string => {
  const cut = bytes.length > longestText;
  const event = bytes.toString('utf8', 0, longestText);
  const time = new Date(receivedAt).toISOString();
  return escapeJson(JSON.stringify({ time, input, peer, reason, event, ...(cut ? { bytes: bytes.length } : {}) }));
};

/**
 * `rejected.jsonl`: events that could not be taken, each with its reason, as JSON in which control characters are escaped.
 * At 64 MiB it becomes `rejected.jsonl.1`, in place of the one before. What cannot be written is counted as `unkept`.
 */
export class RejectedFile {
  unkept = 0;
  readonly #path: string;
  readonly #mostBytes: number;
  readonly #file: AppendFile;
  readonly #warning: ThrottledWarning;
  #lines: string[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: { readonly path: string; readonly log: Log; readonly mostBytes?: number }) {
    this.#path = options.path;
    this.#mostBytes = options.mostBytes ?? mostBytes;
    this.#warning = new ThrottledWarning(options.log);
    const metrics = { count: () => undefined, gauge: () => undefined };
    this.#file = new AppendFile({ path: options.path, log: options.log, metrics, mode: 0o600 });
  }

  /** More waits than should: `flush` first. */
  get busy(): boolean {
    return this.#waitingBytes > mostWaitingBytes / 2;
  }

  add(rejected: Rejected): void {
    if (this.#waitingBytes > mostWaitingBytes) {
      this.unkept += 1;
      return;
    }
    const line = lineOf(rejected);
    this.#lines.push(line);
    this.#waitingBytes += line.length;
  }

  /** Resolves when all that was added is written, or could not be. Never rejects. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#attempt(() => this.#file.close());
  }

  async #write(): Promise<void> {
    const lines = this.#lines;
    this.#lines = [];
    this.#waitingBytes = 0;
    if (lines.length === 0) return;
    let taken = 0;
    await this.#attempt(async () => {
      for (const line of lines) {
        const written = this.#file.add(line);
        if (written !== undefined) await written;
        taken += 1;
        if ((this.#file.end ?? 0) >= this.#mostBytes) await this.#rotate();
      }
      await this.#file.flush();
      if ((this.#file.end ?? 0) >= this.#mostBytes) await this.#rotate();
    });
    this.unkept += lines.length - taken;
  }

  async #rotate(): Promise<void> {
    await this.#file.flush();
    await this.#file.close();
    await rename(this.#path, `${this.#path}.1`);
  }

  async #attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (cause) {
      this.#warning.warn(`events that could not be taken are not kept: ${messageOf(cause)}`, performance.now());
    }
  }
}
