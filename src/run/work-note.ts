import { openSync, readFileSync, writeSync } from 'node:fs';
import { messageOf } from '../fault.js';
import type { Stretch } from './suspicion.js';

/** What a core was doing when it was last heard of. */
export interface LastWork {
  /** Absent: it was done with all it had begun. */
  readonly at: Stretch | undefined;
  /** The last entry it had begun, or was done with. */
  readonly last: number;
  /** The process had been asked to stop: that it ended then was nobody's fault. */
  readonly stopping: boolean;
}

const lineBytes = 48;
const format = /^(working|done) +(\d{1,16}) (\d{1,16}) *\n(stopping)?/u;

const lineOf = (word: 'working' | 'done', first: number, last: number): string =>
  `${`${word} ${first} ${last}`.padEnd(lineBytes - 1)}\n`;

/**
 * The file `at-work`: which entries the core works on, for whoever starts after a process that could not say it any more.
 * Written over in place for each block, without a sync: what ends a process does not take what it wrote.
 */
export class WorkNote {
  readonly #fd: number;
  readonly #failed: (message: string) => void;
  #failing = false;

  /** `failed` is told once when it cannot be written. @throws Error where it cannot be opened */
  constructor(path: string, failed: (message: string) => void) {
    this.#fd = openSync(path, 'r+');
    this.#failed = failed;
  }

  /** Entries are about to be worked on. */
  begin({ first, last }: Stretch): void {
    this.#write(lineOf('working', first, last));
  }

  /** Nothing up to here is being worked on any more. */
  done(last: number): void {
    this.#write(lineOf('done', last, last));
  }

  #write(line: string): void {
    try {
      writeSync(this.#fd, line, 0, 'latin1');
      this.#failing = false;
    } catch (cause) {
      if (!this.#failing) this.#failed(`what is at work cannot be noted: ${messageOf(cause)}`);
      this.#failing = true;
    }
  }
}

/** What the note of a run before says; undefined where there is none, or no such note in it. @throws Error where it cannot be read */
export const readWorkNote = (path: string): LastWork | undefined => {
  let text: string;
  try {
    text = readFileSync(path, 'latin1').slice(0, 2 * lineBytes);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`cannot read ${path}: ${messageOf(cause)}; a file, or none, would be right`, { cause });
  }
  const [, word, first, last, stopping] = format.exec(text) ?? [];
  if (word === undefined) return undefined;
  const at = word === 'working' ? { first: Number(first), last: Number(last) } : undefined;
  return { at, last: Number(last), stopping: stopping !== undefined };
};

/** What the note is when a process begins, and has nothing to answer for. */
export const freshNote = (last: number): string => lineOf('done', last, last);

/** What is written behind it when the process is asked to stop. */
export const stoppingMark = { text: 'stopping\n', position: lineBytes } as const;
