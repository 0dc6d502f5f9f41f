import { rename, writeFile } from 'node:fs/promises';
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../fault.js';
import type { Verdicts } from '../frontend/verdicts.js';
import type { Log } from '../module.js';
import { type CoreEnd, judge, judgeProcess, type Judgement, type NameOf } from './judge.js';
import { PoisonFile, type PoisonedEntry } from './poison-file.js';
import { emptyRecord, type PoisonRecord, readPoisonRecord, writePoisonRecord } from './poison-record.js';
import { gotOver, type Stretch } from './suspicion.js';
import { freshNote, readWorkNote, stoppingMark } from './work-note.js';

/** What supervision has done in this run. */
export interface SupervisorCounters {
  /** Times the core was started anew after it had ended. */
  readonly restarts: number;
  /** Entries set aside. */
  readonly poisoned: number;
  /** Of these, how many could not be kept in `poison.jsonl`. */
  readonly unkept: number;
  /** Modules and plugins that are off. */
  readonly off: readonly string[];
}

/** What a core is told of what was before it. */
export interface Supervised {
  readonly verdicts: Verdicts;
  readonly suspects: readonly Stretch[];
  /** Where it notes what is at work. */
  readonly notePath: string | undefined;
}

/** What becomes of a run whose core has ended. */
export type Sequel =
  | { readonly restart: true; readonly afterMs: number }
  | { readonly restart: false; readonly message: string };

/** Ends of the core one after the other without anything coming of it, after which the run ends. */
const mostFruitless = 6;
const firstPauseMs = 50;
/** Decisions kept; a replay of a journal older than these meets the entries again. */
const mostDecisions = 10_000;

const shorten = (record: PoisonRecord): PoisonRecord => ({
  ...record,
  aside: record.aside.slice(-mostDecisions),
  off: record.off.slice(-mostDecisions),
});

const recordIn = async (path: string, log: Log): Promise<PoisonRecord> => {
  const record = await readPoisonRecord(path);
  if (!('damage' in record)) return record;
  await rename(path, `${path}.damaged`);
  log.error(`${path} is damaged (${record.damage}): kept as ${path}.damaged; what it set aside is worked on again`);
  return emptyRecord;
};

/** Keeps a run going whose core ends: decides what is passed over or turned off, and remembers it over restarts. */
export class Supervisor {
  readonly #dir: string | undefined;
  readonly #log: Log;
  readonly #file: PoisonFile | undefined;
  #record: PoisonRecord;
  #restarts = 0;
  #poisoned = 0;
  /** Ends since the core last got further. */
  #fruitless = 0;
  #position = 0;
  #writing: Promise<void> = Promise.resolve();

  private constructor(options: { dir: string | undefined; log: Log; record: PoisonRecord }) {
    this.#dir = options.dir;
    this.#log = options.log;
    this.#record = options.record;
    if (options.dir !== undefined)
      this.#file = new PoisonFile({ path: join(options.dir, 'poison.jsonl'), log: options.log });
  }

  /**
   * Reads what runs before left in the data directory; `told`: number of the newest entry an event was given out for.
   * Rejects where that cannot be read.
   */
  static async open(options: {
    readonly dir: string | undefined;
    readonly told: number;
    readonly log: Log;
  }): Promise<Supervisor> {
    const { dir, told, log } = options;
    if (dir === undefined) return new Supervisor({ dir, log, record: emptyRecord });
    const record = await recordIn(join(dir, 'poison.json'), log);
    const supervisor = new Supervisor({ dir, log, record });
    const last = readWorkNote(join(dir, 'at-work'));
    const reached = Math.max(last?.last ?? 0, told);
    if (last?.at !== undefined && !last.stopping) await supervisor.#processDied(judgeProcess(record, last.at));
    await supervisor.turnOnAgain(reached);
    await writeFile(join(dir, 'at-work'), freshNote(reached), { mode: 0o600 });
    return supervisor;
  }

  /** For a core that is about to start. */
  supervised(): Supervised {
    const { aside, off, suspects } = this.#record;
    return {
      verdicts: { aside, off },
      suspects,
      notePath: this.#dir === undefined ? undefined : join(this.#dir, 'at-work'),
    };
  }

  /** The core has ended, or was ended, and goes on from its last checkpoint, or not. */
  async ended(end: CoreEnd, nameOf: NameOf): Promise<Sequel> {
    const { record, what, decided } = judge(this.#record, end, nameOf);
    if (this.#dir === undefined)
      return { restart: false, message: `${what}; without a journal it cannot go on from there` };
    this.#fruitless = decided === undefined ? this.#fruitless + 1 : 0;
    if (this.#fruitless > mostFruitless) {
      const message = `${what}; the core has ended ${this.#fruitless} times without getting further: giving up`;
      return { restart: false, message };
    }
    this.#poisoned += record.aside.length - this.#record.aside.length;
    await this.#decide(record);
    this.#restarts += 1;
    this.#log.error(`${what}; ${decided === undefined ? '' : `${decided}; `}going on from the last checkpoint`);
    return { restart: true, afterMs: this.#fruitless === 0 ? 0 : firstPauseMs * 2 ** (this.#fruitless - 1) };
  }

  /** What was worked on up to an entry is safe. */
  saved(position: number): void {
    if (position <= this.#position) return;
    this.#position = position;
    this.#fruitless = 0;
    const suspects = gotOver(this.#record.suspects, position);
    if (suspects !== this.#record.suspects) void this.#decide({ ...this.#record, suspects: [...suspects] });
  }

  /** What is off is asked again, from the entry behind this one on. */
  async turnOnAgain(last: number): Promise<void> {
    if (this.counters().off.length === 0) return;
    const off = this.#record.off.map((one) =>
      one.until === undefined ? { ...one, until: Math.max(last, one.from) } : one,
    );
    await this.#decide({ ...this.#record, off });
  }

  /** The core has passed over an entry that was set aside: it is kept in `poison.jsonl`, once. */
  async keep(entry: PoisonedEntry): Promise<void> {
    const known = (): PoisonRecord['aside'][number] | undefined =>
      this.#record.aside.find(({ seq }) => seq === entry.seq);
    if (this.#file === undefined || known()?.kept !== false) return;
    if (!(await this.#file.keep(entry))) return;
    const aside = this.#record.aside.map((one) => (one.seq === entry.seq ? { ...one, kept: true } : one));
    await this.#decide({ ...this.#record, aside });
  }

  /** The process was asked to stop: whatever ends it from here on is not held against what is at work. */
  stopping(): void {
    if (this.#dir === undefined) return;
    try {
      writeSync(openSync(join(this.#dir, 'at-work'), 'r+'), stoppingMark.text, stoppingMark.position);
    } catch (cause) {
      this.#log.warn(`that the run was asked to stop cannot be noted in ${this.#dir}: ${messageOf(cause)}`);
    }
  }

  /** Resolves when all that was decided is on disk, or was said not to be. */
  async close(): Promise<void> {
    await this.#writing;
  }

  counters(): SupervisorCounters {
    const off = this.#record.off.filter(({ until }) => until === undefined).map(({ name }) => name);
    return { restarts: this.#restarts, poisoned: this.#poisoned, unkept: this.#file?.unkept ?? 0, off };
  }

  async #processDied({ record, what, decided }: Judgement): Promise<void> {
    this.#poisoned += record.aside.length - this.#record.aside.length;
    this.#log.error(`the run before: ${what}; ${decided ?? 'if that goes on, the entry that does it is set aside'}`);
    await this.#decide(record);
  }

  /** Resolves when the record is safe on disk, as a decision must be before the core works by it, or is said not to be. */
  #decide(record: PoisonRecord): Promise<void> {
    this.#record = shorten(record);
    const dir = this.#dir;
    if (dir === undefined) return Promise.resolve();
    this.#writing = this.#writing.then(async () => {
      try {
        await writePoisonRecord(join(dir, 'poison.json'), this.#record);
      } catch (cause) {
        this.#log.error(`${join(dir, 'poison.json')} cannot be written (${messageOf(cause)}): a restart decides anew`);
      }
    });
    return this.#writing;
  }
}
