import { messageOf } from '../fault.js';
import { type FileLayer, realFiles } from '../journal/file-layer.js';
import type { Log } from '../module.js';
import { DeadLetterFile } from './dead-letter-file.js';
import {
  type DeadLetter,
  deadLetterLine,
  identityOf,
  readDeadLetterHead,
  readDeadLetterIdentity,
} from './dead-letter-line.js';

/** What became of events that were set aside. */
export interface DeadLetterCounters {
  kept: number;
  /** Were kept, and had to make room for newer ones. */
  replaced: number;
  /** Could not be kept. */
  lost: number;
}

const standardMaxBytes = 64 * 1024 * 1024;
/** Written together at most. */
const batchBytes = 1024 * 1024;

interface Waiting {
  readonly letter: DeadLetter;
  readonly line: Buffer;
  readonly done: (kept: boolean) => void;
}

/**
 * The file of events that are not delivered: a line of JSON each, in the order in which they were given up, once for each
 * listener. Past its bound it becomes `.1`, in place of the one before.
 */
export class DeadLetters {
  readonly counters: DeadLetterCounters = { kept: 0, replaced: 0, lost: 0 };
  readonly #file: DeadLetterFile;
  readonly #log: Log;
  readonly #maxBytes: number;
  /** Set aside by a run before this one that did not come to note so: by listener, events by number. */
  readonly #before = new Map<string, Map<number, string>>();
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  private constructor(file: DeadLetterFile, log: Log, maxBytes: number) {
    this.#file = file;
    this.#log = log;
    this.#maxBytes = maxBytes;
  }

  /** Reads which events were set aside behind what each listener is known to have: they are not set aside once more. */
  static async open(options: {
    readonly path: string;
    readonly log: Log;
    /** Number of the newest event that a listener is known to have; absent where nothing is known of runs before. */
    readonly position?: (listener: string) => number | undefined;
    readonly maxBytes?: number;
    readonly fs?: FileLayer;
  }): Promise<DeadLetters> {
    const { path, log, position, maxBytes = standardMaxBytes, fs = realFiles } = options;
    const letters = new DeadLetters(new DeadLetterFile(path, fs), log, maxBytes);
    if (position !== undefined) await letters.#readBefore(position);
    return letters;
  }

  /** Sets an event aside; resolves with whether it is in the file. Where it is not, that is said. */
  add(letter: DeadLetter): Promise<boolean> {
    if (this.#isThere(letter)) return Promise.resolve(true);
    let line: Buffer;
    try {
      line = Buffer.from(deadLetterLine(letter));
    } catch (cause) {
      this.#lose([letter], cause);
      return Promise.resolve(false);
    }
    return new Promise((done) => {
      this.#waiting.push({ letter, line, done });
      this.#writing ??= this.#write();
    });
  }

  /** Resolves when what was set aside is safe against loss of power, or was said not to be. */
  async sync(): Promise<void> {
    await this.#writing;
    try {
      await this.#file.sync();
    } catch (cause) {
      this.#log.error(`the last events in ${this.#file.path} may not survive a loss of power: ${messageOf(cause)}`);
    }
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    await this.sync();
    await this.#file.close();
  }

  async #readBefore(position: (listener: string) => number | undefined): Promise<void> {
    try {
      await this.#file.read((line) => {
        const head = readDeadLetterHead(line);
        if (head === undefined || head.number <= (position(head.listener) ?? Infinity)) return;
        const identity = readDeadLetterIdentity(line);
        if (identity === undefined) return;
        const known = this.#before.get(head.listener) ?? new Map<number, string>();
        this.#before.set(head.listener, known.set(head.number, identity));
      });
    } catch (cause) {
      this.#log.error(`${this.#file.path} cannot be read (${messageOf(cause)}): its last events may come again in it`);
    }
  }

  #isThere({ listener, number, event }: DeadLetter): boolean {
    const known = this.#before.get(listener);
    if (known?.get(number) !== identityOf(event)) return false;
    known.delete(number);
    return true;
  }

  #lose(letters: readonly DeadLetter[], cause: unknown): void {
    const [first] = letters;
    if (first === undefined) return;
    this.counters.lost += letters.length;
    const more = letters.length === 1 ? ' is' : `, and ${letters.length - 1} behind it, are`;
    const what = `event ${first.event.id} for listener ${first.listener}${more} lost`;
    this.#log.error(`${what}: it cannot be kept in ${this.#file.path}: ${messageOf(cause)}`);
  }

  /** Writes all that waits; what comes meanwhile is written together. */
  async #write(): Promise<void> {
    for (let batch = this.#batch(); batch.length > 0; batch = this.#batch()) {
      let kept = false;
      try {
        const lines = Buffer.concat(batch.map(({ line }) => line));
        await this.#makeRoom(lines.length);
        await this.#file.write(lines);
        kept = true;
        this.counters.kept += batch.length;
      } catch (cause) {
        this.#lose(
          batch.map(({ letter }) => letter),
          cause,
        );
      }
      for (const { done } of batch) done(kept);
    }
    this.#writing = undefined;
  }

  #batch(): readonly Waiting[] {
    let bytes = 0;
    let count = 0;
    const most = Math.min(batchBytes, this.#maxBytes);
    for (const { line } of this.#waiting) {
      if (count > 0 && bytes + line.length > most) break;
      bytes += line.length;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #makeRoom(bytes: number): Promise<void> {
    const size = await this.#file.size();
    if (size === 0 || size + bytes <= this.#maxBytes) return;
    const replaced = await this.#file.replace();
    this.counters.replaced += replaced;
    const gone = replaced === 0 ? '' : `; ${replaced} older events that were there are gone`;
    this.#log.warn(`${this.#file.path} is full (${this.#maxBytes} bytes) and is now ${this.#file.oldPath}${gone}`);
  }
}
