import { createReadStream } from 'node:fs';
import { appendFile, chmod, rename, stat } from 'node:fs/promises';
import { escapeControls, escapeJson } from '../escape.js';
import type { Event } from '../events/event.js';
import { messageOf } from '../fault.js';
import type { Log } from '../module.js';
import { storeEvent } from './stored-event.js';

/** What became of events that were set aside. */
export interface DeadLetterCounters {
  kept: number;
  /** Were kept, and had to make room for newer ones. */
  replaced: number;
  /** Could not be kept. */
  lost: number;
}

const standardMaxBytes = 64 * 1024 * 1024;
const longestReason = 2000;

/**
 * The file of events that are not delivered: a line of JSON each, in the order in which they were given up. Past its
 * bound it becomes `.1`, in place of the one before.
 */
export class DeadLetters {
  readonly counters: DeadLetterCounters = { kept: 0, replaced: 0, lost: 0 };
  readonly #path: string;
  readonly #log: Log;
  readonly #maxBytes: number;
  #written: Promise<unknown> = Promise.resolve();

  constructor(path: string, log: Log, maxBytes = standardMaxBytes) {
    this.#path = path;
    this.#log = log;
    this.#maxBytes = maxBytes;
  }

  /** Sets an event aside; resolves with whether it is in the file. Where it is not, that is said. */
  add(listener: string, event: Event, reason: string): Promise<boolean> {
    const added = this.#written.then(() => this.#add(listener, event, reason));
    this.#written = added;
    return added;
  }

  async #add(listener: string, event: Event, reason: string): Promise<boolean> {
    try {
      const why = escapeControls(reason.slice(0, longestReason));
      const head = `"listener":${JSON.stringify(listener)},"reason":${JSON.stringify(why)}`;
      const line = escapeJson(`{${head},"event":${storeEvent(event)}}\n`);
      await this.#makeRoom(Buffer.byteLength(line));
      await appendFile(this.#path, line, { mode: 0o600 });
      this.counters.kept += 1;
      return true;
    } catch (cause) {
      this.counters.lost += 1;
      const message = `event ${event.id} for listener ${listener} is lost: it cannot be kept in ${this.#path}`;
      this.#log.error(`${message}: ${messageOf(cause)}`);
      return false;
    }
  }

  async #makeRoom(bytes: number): Promise<void> {
    const size = await sizeOf(this.#path);
    if (size === 0 || size + bytes <= this.#maxBytes) return;
    const old = `${this.#path}.1`;
    const replaced = await countLines(old);
    await rename(this.#path, old);
    await chmod(old, 0o600);
    this.counters.replaced += replaced;
    const gone = replaced === 0 ? '' : `; ${replaced} older events that were there are gone`;
    this.#log.warn(`${this.#path} is full (${this.#maxBytes} bytes) and is now ${old}${gone}`);
  }
}

const isAbsent = (cause: unknown): boolean => (cause as NodeJS.ErrnoException).code === 'ENOENT';

const sizeOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    if (isAbsent(cause)) return 0;
    throw cause;
  }
};

const countLines = async (path: string): Promise<number> => {
  let lines = 0;
  try {
    for await (const chunk of createReadStream(path)) for (const byte of chunk as Buffer) if (byte === 10) lines += 1;
  } catch (cause) {
    if (!isAbsent(cause)) throw cause;
  }
  return lines;
};
