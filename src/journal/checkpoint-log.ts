import { messageOf } from '../fault.js';
import { killPoint } from '../kill-point.js';
import type { Json } from '../json.js';
import type { AppendFile } from './append-file.js';
import { copyLiveEntries } from './checkpoint-compact.js';
import { createGeneration, listGenerations, removeAll } from './checkpoint-files.js';
import { loadDirectory } from './checkpoint-load.js';
import type { FoundCommit } from './checkpoint-read.js';
import type {
  Checkpoint,
  CheckpointDamage,
  CheckpointLogOptions,
  CheckpointStore,
  CheckpointWriter,
} from './checkpoint-store.js';
import { CheckpointTransaction, addChange } from './checkpoint-transaction.js';
import { type FileLayer, realFiles } from './file-layer.js';
import { JournalError } from './journal-error.js';
import { LiveEntries } from './live-entries.js';

/** A key's new value; undefined: gone. */
type Write = readonly [module: string, key: string, json: string | undefined];

const defaultSpareBytes = 16 * 1024 * 1024;
const defaultEntriesSpanned = 2_000_000;
const commitsBetweenTries = 20;
const appliedPerTurn = 1_000;

/**
 * Checkpoints in append-only files `checkpoint-<generation>.log`, each commit only what changed. When a file has grown
 * far beyond what holds, or its commits span too much of the journal, what holds is copied into the next generation;
 * the one before is kept until then, to fall back to.
 */
export class CheckpointLog implements CheckpointStore {
  /** What loading found wrong. */
  damage: CheckpointDamage = { cutBytes: 0, setAside: [] };
  compactionFailures = 0;
  readonly #dir: string;
  readonly #fs: FileLayer;
  readonly #options: Required<Pick<CheckpointLogOptions, 'spareBytes' | 'mostEntriesSpanned'>>;
  readonly #onCompactionFailed: (error: JournalError) => void;
  #loaded = false;
  #closed = false;
  #file: AppendFile | undefined;
  #generation = 0;
  #highest = 0;
  #hasPrevious = false;
  #first: FoundCommit | undefined;
  #last: FoundCommit | undefined;
  #live = new LiveEntries();
  #lastNumber = 0;
  #commitsToNextTry = 0;
  #releaseUpTo = Infinity;
  /** Nobody can tell any more which commit a restart will find: no further ones. */
  #failure: JournalError | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(options: CheckpointLogOptions & { readonly fs?: FileLayer }) {
    const { spareBytes = defaultSpareBytes, mostEntriesSpanned = defaultEntriesSpanned } = options;
    this.#dir = options.dir;
    this.#fs = options.fs ?? realFiles;
    this.#options = { spareBytes, mostEntriesSpanned };
    this.#onCompactionFailed = options.onCompactionFailed ?? (() => undefined);
  }

  /** The checkpoints of a directory, made where absent. One process a directory, see `lockDataDir`. */
  static async open(options: CheckpointLogOptions & { readonly fs?: FileLayer }): Promise<CheckpointLog> {
    return new CheckpointLog(options);
  }

  async load(): Promise<Checkpoint | undefined> {
    if (this.#loaded)
      throw new JournalError('not-loaded', `cannot load the checkpoint in ${this.#dir}: it is loaded already`);
    const { current, highest, damage } = await loadDirectory(this.#fs, this.#dir);
    this.#loaded = true;
    this.damage = damage;
    this.#highest = highest;
    if (current === undefined) return undefined;
    const { generation, file, hasPrevious, found } = current;
    this.#generation = generation;
    this.#file = file;
    this.#hasPrevious = hasPrevious;
    this.#first = found.first;
    this.#last = found.last;
    this.#live = found.live;
    this.#lastNumber = found.lastNumber;
    if (found.last === undefined) return undefined;
    const entries: (readonly [string, string, string])[] = [];
    for (const [module, values] of found.values) for (const [key, json] of values) entries.push([module, key, json]);
    return { position: found.last.position, extra: JSON.parse(found.last.extra) as Json, entries };
  }

  begin(): CheckpointWriter {
    if (!this.#loaded)
      throw new JournalError('not-loaded', `cannot write a checkpoint in ${this.#dir} before it is loaded`);
    const writes: Write[] = [];
    let done = false;
    return {
      write: (module, key, json) => {
        writes.push([module, key, json]);
      },
      commit: (position, extra = null) =>
        this.#enqueue(async () => {
          if (done) throw new JournalError('closed', `cannot commit a checkpoint of ${this.#dir} twice`);
          await this.#commit(writes, position, JSON.stringify(extra));
          done = true;
          void this.#enqueue(() => this.#compactIfDue()).catch(() => undefined); // Only refused when closed: then not due.
        }),
    };
  }

  get safePosition(): number {
    return this.#hasPrevious ? (this.#first?.position ?? 0) : 0;
  }

  releaseUpTo(seq: number): void {
    this.#releaseUpTo = seq;
    void this.#enqueue(() => this.#compactIfDue()).catch(() => undefined); // Only refused when closed: then not due.
  }

  /** Bytes of the current generation. */
  get bytes(): number {
    return this.#file?.size ?? 0;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Resolves when commits, and compaction where due, are done. */
  async settled(): Promise<void> {
    for (let queue; queue !== this.#queue; ) {
      queue = this.#queue;
      await queue;
    }
  }

  /** Waits for commits under way, gives up compaction, and lets the files go. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.settled();
    await this.#file?.close();
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) {
      return Promise.reject(new JournalError('closed', `cannot write a checkpoint in ${this.#dir}: it is closed`));
    }
    const run = this.#queue.then(work);
    this.#queue = run.catch(() => undefined); // Its caller is told.
    return run;
  }

  async #commit(writes: readonly Write[], position: number, extra: string): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const file = (this.#file ??= await this.#createFirst());
    const before = file.size;
    const number = (this.#last?.transaction ?? 0) + 1;
    const firstNumber = this.#lastNumber + 1;
    const sizes = new Uint32Array(writes.length);
    try {
      const transaction = await CheckpointTransaction.begin(file, number);
      for (const [index, [module, key, json]] of writes.entries()) {
        sizes[index] = await addChange(transaction, { module, key, json, number: firstNumber + index });
      }
      await transaction.commit(position, extra);
      killPoint('checkpoint-committed');
    } catch (error) {
      file.takeBack(before);
      throw error;
    }
    this.#lastNumber += writes.length;
    this.#last = { position, extra, transaction: number };
    this.#first ??= this.#last;
    await this.#apply(writes, firstNumber, sizes);
  }

  async #apply(writes: readonly Write[], firstNumber: number, sizes: Uint32Array): Promise<void> {
    for (const [index, [module, key, json]] of writes.entries()) {
      if (index % appliedPerTurn === appliedPerTurn - 1) await new Promise((resolve) => setImmediate(resolve));
      if (json === undefined) this.#live.delete(module, key);
      else this.#live.put(module, key, { number: firstNumber + index, bytes: sizes[index] ?? 0 });
    }
  }

  async #createFirst(): Promise<AppendFile> {
    const generation = this.#highest + 1;
    const file = await createGeneration({ fs: this.#fs, dir: this.#dir, generation });
    this.#generation = generation;
    this.#highest = generation;
    return file;
  }

  async #compactIfDue(): Promise<void> {
    const { spareBytes, mostEntriesSpanned } = this.#options;
    if (this.#closed || this.#file === undefined || this.#first === undefined || this.#last === undefined) return;
    const due =
      !this.#hasPrevious ||
      this.#file.size > 2 * this.#live.bytes + spareBytes ||
      this.#last.position - this.#first.position > mostEntriesSpanned ||
      (this.#last.position + 1 >= this.#releaseUpTo && this.#first.position + 1 < this.#releaseUpTo);
    if (!due) return;
    if (this.#commitsToNextTry > 0) {
      this.#commitsToNextTry -= 1;
      return;
    }
    try {
      await this.#compact(this.#file, this.#last);
    } catch (error) {
      this.#noteCompactionFailed(error);
    }
  }

  #noteCompactionFailed(error: unknown): void {
    const failure =
      error instanceof JournalError
        ? error
        : new JournalError('read-failed', `cannot compact the checkpoint in ${this.#dir}: ${messageOf(error)}`, error);
    if (failure.code === 'closed') return;
    if (failure.code === 'sync-failed') this.#failure = failure;
    this.compactionFailures += 1;
    this.#commitsToNextTry = commitsBetweenTries;
    this.#onCompactionFailed(failure);
  }

  async #compact(old: AppendFile, commit: FoundCommit): Promise<void> {
    const generation = this.#highest + 1;
    const from = { path: old.path, size: old.size, live: this.#live, commit };
    const fill = (to: AppendFile): Promise<void> =>
      copyLiveEntries({ fs: this.#fs, from, to, cancelled: () => this.#closed });
    const file = await createGeneration({ fs: this.#fs, dir: this.#dir, generation, fill });
    killPoint('checkpoint-replaced');
    const previous = this.#generation;
    this.#file = file;
    this.#generation = generation;
    this.#highest = generation;
    this.#first = commit;
    this.#hasPrevious = true;
    await old.close();
    const outdated = (await listGenerations(this.#fs, this.#dir)).filter((each) => each.generation < previous);
    await removeAll(
      this.#fs,
      outdated.map(({ path }) => path),
    );
  }
}

export type { Checkpoint, CheckpointWriter } from './checkpoint-store.js';
