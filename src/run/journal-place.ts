import { DiskReserve, leftByJournal } from '../journal/disk-reserve.js';
import { type FileLayer, realFiles } from '../journal/file-layer.js';
import { messageOf } from '../fault.js';
import type { Log } from '../module.js';
import type { KeptSegments } from './kept-segments.js';

const lookEveryMs = 1000;

/** Whom a look at the journal's place tells what. */
export interface JournalPlaceOptions {
  readonly dir: string;
  readonly log: Log;
  readonly kept: KeptSegments | undefined;
  /** Whether there is room has changed. */
  readonly changed: () => void;
  /** The directory is not the one that was opened any more. Once. */
  readonly gone: (message: string) => void;
  /** Called with each look: what else must be noticed. */
  readonly also: () => Promise<void>;
  readonly fs?: FileLayer;
}

/** Looks once a second at where the journal is: that the disk has room, and that the directory is still the one it was. */
export class JournalPlace {
  readonly reserve: DiskReserve;
  readonly #options: JournalPlaceOptions;
  readonly #fs: FileLayer;
  readonly #identity: string | undefined;
  readonly #looking: NodeJS.Timeout;
  #busy = false;
  #gone = false;
  #saidLow = false;
  #failing = false;

  private constructor(options: JournalPlaceOptions, identity: string | undefined) {
    this.#options = options;
    this.#fs = options.fs ?? realFiles;
    this.#identity = identity;
    this.reserve = new DiskReserve(this.#fs, options.dir, leftByJournal);
    this.#looking = setInterval(() => void this.look(), lookEveryMs);
  }

  /** Takes the directory as it is now for the right one. */
  static async open(options: JournalPlaceOptions): Promise<JournalPlace> {
    const place = new JournalPlace(options, await (options.fs ?? realFiles).identity(options.dir));
    await place.look();
    return place;
  }

  stop(): void {
    clearInterval(this.#looking);
  }

  /** One look; while one is under way, none. */
  look(): Promise<void> {
    return this.#alone(async () => {
      if (!(await this.#isThere())) return;
      await this.#checkRoom();
      await this.#options.also();
    });
  }

  /** Before a write: asks how full the disk is where little is left, for events and others are written there meanwhile. */
  async askWhereClose(): Promise<void> {
    if (this.reserve.close) await this.#alone(() => this.#checkRoom());
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    if (this.#busy || this.#gone) return;
    this.#busy = true;
    try {
      await work();
      this.#failing = false;
    } catch (cause) {
      if (!this.#failing)
        this.#options.log.error(`journal: cannot look after ${this.#options.dir}: ${messageOf(cause)}`);
      this.#failing = true;
    }
    this.#busy = false;
  }

  async #isThere(): Promise<boolean> {
    const { dir, gone } = this.#options;
    const now = await this.#fs.identity(dir);
    if (now === this.#identity) return true;
    this.#gone = true;
    this.stop();
    const what = now === undefined ? 'was removed' : 'was replaced by another';
    gone(
      `the journal’s directory ${dir} ${what} while in use: what was received within the last second or is not worked on may be lost; ` +
        'the run ends, since nothing more can be kept. Put the data directory back, or begin with an empty one',
    );
    return false;
  }

  async #checkRoom(): Promise<void> {
    const { reserve } = this;
    const { dir, log, kept, changed } = this.#options;
    await reserve.ask();
    while (reserve.low && (await kept?.giveRoom()) === true) await reserve.ask();
    if (reserve.low === this.#saidLow) return;
    this.#saidLow = reserve.low;
    if (reserve.low) {
      log.error(
        `journal: ${mebibytes(reserve.freeBytes)} MiB are free on the disk of ${dir}, and ${mebibytes(reserve.reservedBytes)} MiB are ` +
          'kept for events and checkpoints; more room there, or a smaller --journal-max or --keep, would be right',
      );
    } else log.info(`journal: there is room on the disk of ${dir} again`);
    changed();
  }
}

const mebibytes = (bytes: number): number => Math.round(Math.max(bytes, 0) / 2 ** 20);
