import { dirname } from 'node:path';
import { messageOf } from '../fault.js';
import type { FilePlace, FilePlaces } from './file-places.js';
import type { HeldLines } from './held-lines.js';
import type { OpenFile } from './open-file.js';
import type { OpenOptions } from './open-for-append.js';
import { WrittenBefore } from './written-before.js';

/**
 * Knows which lines are in a file already: those of events up to the kept place, and those that a run that was killed
 * wrote behind it. Before lines go anywhere else than where that leads, the new place is kept.
 */
export class Written {
  readonly #places: FilePlaces;
  readonly #options: OpenOptions;
  /** Lines of events up to here are in the file. */
  #kept: FilePlace | undefined;
  #place: FilePlace | undefined;
  #before: WrittenBefore | undefined;
  #lookedBack = false;
  /** The place has come to be in another file, and may not be kept there yet. */
  #hasMoved = false;
  /** What follows the place is not known to be ours. */
  #astray = false;
  /** Lines given of the event that the kept place ends in. */
  #ofKeptEvent = 0;

  constructor(places: FilePlaces, kept: FilePlace | undefined, options: OpenOptions) {
    this.#places = places;
    this.#options = options;
    this.#kept = kept;
    this.#place = kept;
  }

  /** Whether the next line of the event that is being handled is in the file, as the kept place says. Asked once a line. */
  hasLine(): boolean {
    const { event } = this.#places;
    if (this.#kept === undefined || event > this.#kept.event) return false;
    if (event === this.#kept.event) {
      if (this.#ofKeptEvent >= this.#kept.lines) return false;
      this.#ofKeptEvent += 1;
    }
    this.#options.metrics.count('already_written');
    return true;
  }

  /** All events behind what was noted come again: the lines written of them by now are known. */
  again(): void {
    this.#kept = this.#place;
    this.#ofKeptEvent = 0;
  }

  /** Passes over the lines that stand in the file, and makes sure that the others may be appended. Rejects with the system's error. */
  async goOnIn(file: OpenFile, held: HeldLines): Promise<void> {
    if (held.count === 0) return;
    if (!this.#lookedBack) await this.#lookBack(held);
    while (this.#before !== undefined && held.count > 0) await this.#pass(this.#before, held);
    if (held.count > 0 && !this.#leadsTo(file)) await this.#begin(file);
  }

  /** So many bytes have been appended, the lines of these events. */
  appended(file: OpenFile, bytes: number, events: readonly number[]): void {
    // Where somebody else has written between our lines, the place stays before his until it is taken afresh.
    const end = this.#place?.end === file.end - bytes ? bytes : 0;
    this.#move(end, events);
  }

  /** Where all lines end that are not held, in the file or in what is being compared. */
  place(file: OpenFile | undefined, held: HeldLines): FilePlace | undefined {
    const settled = this.#lookedBack && this.#before === undefined && held.count === 0;
    if (this.#place !== undefined && file !== undefined && settled) {
      this.#astray = false;
      this.#hasMoved ||= !file.is(this.#place);
      this.#place = { ...this.#place, dev: file.dev, ino: file.ino, end: file.end };
    }
    return this.#place;
  }

  async close(): Promise<void> {
    const before = this.#before;
    this.#before = undefined;
    await before?.close();
  }

  async #lookBack(held: HeldLines): Promise<void> {
    if (this.#kept !== undefined) {
      const before = await WrittenBefore.open(this.#kept, this.#options);
      if ('reason' in before) this.#lose(held, before.reason);
      else this.#before = before;
    }
    this.#lookedBack = true;
  }

  #lose({ oldestEvent = 0 }: HeldLines, reason: string): void {
    this.#astray = true;
    // Nothing of a new event can have been written.
    if (oldestEvent > this.#places.newestBefore) return;
    const { path, log, metrics } = this.#options;
    metrics.count('place_lost');
    log.warn(
      `cannot tell which lines the last run wrote into ${path}: ${reason}; going on at the end of the file that is there now, where its last lines may come again`,
    );
  }

  async #pass(before: WrittenBefore, held: HeldLines): Promise<void> {
    const { bytes, over } = await before.pass(held.joined());
    const events = held.drop(bytes);
    this.#move(bytes, events);
    if (events.length > 0) this.#options.metrics.count('already_written', events.length);
    if (over === undefined) return;
    if (over === 'differs')
      this.#lose(held, `byte ${this.#place?.end ?? 0} and what follows is not what it had to write`);
    await this.close();
  }

  #leadsTo(file: OpenFile): boolean {
    // A file that somebody else has added to is still this one.
    return (
      !this.#astray &&
      !this.#hasMoved &&
      this.#place !== undefined &&
      file.is(this.#place) &&
      file.end >= this.#place.end
    );
  }

  async #begin(file: OpenFile): Promise<void> {
    const { path, files, log } = this.#options;
    await file.sync();
    await files.syncDir(dirname(path)).catch((cause: unknown) => {
      log.warn(`cannot make the name ${path} safe against loss of power: ${messageOf(cause)}`);
    });
    const { event = 0, lines = 0 } = this.#place ?? {};
    this.#place = { dev: file.dev, ino: file.ino, end: file.end, event, lines };
    this.#astray = false;
    this.#hasMoved = false;
    await this.#places.keep(path);
  }

  #move(bytes: number, events: readonly number[]): void {
    if (this.#place === undefined) return;
    let { end, event, lines } = this.#place;
    end += bytes;
    for (const written of events) {
      lines = written === event ? lines + 1 : 1;
      event = written;
    }
    this.#place = { ...this.#place, end, event, lines };
  }
}
