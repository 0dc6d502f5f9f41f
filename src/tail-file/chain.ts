import type { ChainFile, ReadStep } from './chain-file.js';
import { FollowedFile } from './followed-file.js';
import type { KnownFiles } from './known-files.js';
import type { TailPosition } from './position.js';

/** How a poll's reading ended: all read, a rotated file's last line waited for, more to read at once, a line not taken, a file to be seen to. */
export type ChainOutcome =
  | { readonly kind: 'end' | 'held' | 'more' | 'refused' }
  | { readonly kind: 'truncated'; readonly file: FollowedFile }
  | { readonly kind: 'failed'; readonly file: ChainFile; readonly error: unknown };

/** How long rotated files are waited for. */
export interface ChainTimes {
  /** A rotated file is kept open so long after it last grew. */
  readonly lingerMs: number;
  /** A rotated file's last line is waited for so long, when it has no newline. */
  readonly unfinishedMs: number;
}

const mostOpen = 64;
const longestHoldMs = 5000;
const restlessMs = 10_000;

/** The open files of one path, oldest first: rotated ones, with what is left of them, and the one the path names now. */
export class Chain {
  #files: readonly ChainFile[] = [];
  #current: FollowedFile | undefined;
  /** When each file lost its name, or was found without. */
  readonly #retiredAt = new Map<ChainFile, number>();
  readonly #known: KnownFiles;
  readonly #times: ChainTimes;

  constructor(known: KnownFiles, times: ChainTimes) {
    this.#known = known;
    this.#times = times;
  }

  /** The file the path names now. */
  get current(): FollowedFile | undefined {
    return this.#current;
  }

  /** How many files are open besides the current one. */
  get rotated(): number {
    return this.#files.length - (this.#current === undefined ? 0 : 1);
  }

  /** Whether a rotated file has unread bytes or may soon grow. */
  isRestless(now: number): boolean {
    return this.#files.some(
      (file) => file !== this.#current && (file.unread > 0 || this.#quietFor(file, now) < restlessMs),
    );
  }

  get newest(): ChainFile | undefined {
    return this.#files.at(-1);
  }

  has(file: ChainFile): boolean {
    return this.#files.includes(file);
  }

  find(identity: string): ChainFile | undefined {
    return this.#files.find((file) => file.identity === identity);
  }

  /** Undefined where no file is open. Rotated files that are empty could not be told from others and are left out. */
  position(): TailPosition | undefined {
    const newest = this.#files.at(-1);
    if (newest === undefined) return undefined;
    const files = this.#files.filter((file) => file === newest || file.head.length > 0);
    return { files: files.map((file) => file.position()) };
  }

  /** Makes this the file the path names; undefined: it names none that is to be read here. */
  setCurrent(file: FollowedFile | undefined, now: number): void {
    const before = this.#current;
    if (before !== undefined && before !== file) {
      this.#retiredAt.set(before, now);
      this.#known.follow(before.base, undefined);
    }
    this.#current = file;
    if (file === undefined) return;
    this.#retiredAt.delete(file);
    this.#files = [...this.#files.filter((other) => other !== file), file];
    this.#known.claim(file);
    this.#known.follow(file.base, file);
  }

  /** Adds a rotated file, to be read before `next`, or last. One that is read elsewhere is closed. */
  async insert(file: ChainFile, now: number, next?: ChainFile): Promise<void> {
    if (this.find(file.identity) !== undefined || !this.#known.claim(file)) {
      await file.close();
      return;
    }
    const at = next === undefined ? this.#files.length : this.#files.indexOf(next);
    this.#files = this.#files.toSpliced(at, 0, file);
    this.#retiredAt.set(file, now);
  }

  /**
   * Reads all files on, oldest first. Sizes are looked at newest first, and nothing beyond them is read: so a writer
   * that moves from one file to the next cannot be overtaken.
   */
  async read(step: ReadStep): Promise<ChainOutcome> {
    for (const file of this.#files.toReversed()) {
      try {
        if (file !== this.#current) await file.look(step.now);
        if (file instanceof FollowedFile) await file.takeInHead();
      } catch (error) {
        return { kind: 'failed', file, error };
      }
    }
    for (const file of this.#files) {
      try {
        const outcome = await file.read(step);
        if (outcome === 'truncated' && file instanceof FollowedFile) return { kind: 'truncated', file };
        if (outcome !== 'end') return { kind: outcome === 'refused' ? 'refused' : 'more' };
        if (file === this.#current || file.unread === 0) continue;
        if (this.#isUnfinishedForGood(file, step.now)) {
          if (!(await file.finish(step))) return { kind: 'refused' };
        } else if (step.now - this.#retired(file) < longestHoldMs) {
          return { kind: 'held' };
        }
      } catch (error) {
        return { kind: 'failed', file, error };
      }
    }
    return { kind: 'end' };
  }

  /** Lets rotated files go that are read to the end and quiet. Answers bytes left unread in those let go for being too many. */
  async release(now: number): Promise<number> {
    for (const file of this.#files) {
      if (file !== this.#current && file.unread === 0 && this.#isDone(file, now)) await this.letGo(file);
    }
    let lost = 0;
    for (const file of this.#files.slice(0, Math.max(0, this.#files.length - mostOpen))) {
      lost += file.unread;
      await this.letGo(file);
    }
    return lost;
  }

  /** Closes a file; how far it was read is remembered. */
  async letGo(file: ChainFile): Promise<void> {
    this.#files = this.#files.filter((other) => other !== file);
    this.#retiredAt.delete(file);
    if (file === this.#current) {
      this.#current = undefined;
      this.#known.follow(file.base, undefined);
    }
    this.#known.release(file);
    this.#known.remember(file.position());
    await file.close();
  }

  async close(): Promise<void> {
    for (const file of this.#files) await this.letGo(file);
  }

  #retired(file: ChainFile): number {
    return this.#retiredAt.get(file) ?? 0;
  }

  #quietFor(file: ChainFile, now: number): number {
    return now - Math.max(file.grownAt, this.#retired(file));
  }

  #isUnfinishedForGood(file: ChainFile, now: number): boolean {
    return file.complete || this.#quietFor(file, now) >= this.#times.unfinishedMs;
  }

  /** While the new file is empty, its writer may still be writing to the old one. */
  #isDone(file: ChainFile, now: number): boolean {
    if (file.complete) return true;
    const mayStillBeWritten = this.#current?.size === 0 && file instanceof FollowedFile && !file.deleted;
    return !mayStillBeWritten && this.#quietFor(file, now) >= this.#times.lingerMs;
  }
}
