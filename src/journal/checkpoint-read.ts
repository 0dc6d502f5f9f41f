import {
  ChangeReader,
  checkpointFormatVersion,
  decodeBody,
  decodeHeader,
  headerBytes,
  recordKinds,
} from './checkpoint-format.js';
import { type CheckpointRecord, readRecords } from './checkpoint-records.js';
import { type OpenFile, readWhole } from './file-layer.js';
import { JournalError } from './journal-error.js';
import { LiveEntries } from './live-entries.js';

/** A commit as read back. */
export interface FoundCommit {
  readonly position: number;
  /** JSON text. */
  readonly extra: string;
  readonly transaction: number;
}

/** What a generation's file holds, up to its last valid commit. */
export interface FoundGeneration {
  readonly first: FoundCommit | undefined;
  readonly last: FoundCommit | undefined;
  /** Where the last commit ends (the header, where there is none). */
  readonly end: number;
  /** The highest number a write has. */
  readonly lastNumber: number;
  readonly live: LiveEntries;
  /** Module, key, JSON text. */
  readonly values: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

interface PendingChange {
  readonly module: string;
  readonly key: string;
  readonly json: string | undefined;
  readonly number: number;
  readonly bytes: number;
}

/** Reads a generation; undefined where its header is damaged, or the commit it must have. @throws JournalError `unknown-version` */
export const readGeneration = async (
  file: OpenFile,
  options: { readonly path: string; readonly size: number; readonly generation: number },
): Promise<FoundGeneration | undefined> => {
  const { path, size, generation } = options;
  const bytes = Buffer.alloc(headerBytes);
  if ((await readWhole(file, bytes, 0)) < headerBytes) return undefined;
  const header = decodeHeader(bytes);
  if (header?.generation !== generation) return undefined;
  if (header.version !== checkpointFormatVersion) {
    throw new JournalError(
      'unknown-version',
      `cannot read the checkpoint ${path}: it has format version ${header.version}, this program knows ${checkpointFormatVersion}; start the version that wrote it, or another data directory`,
    );
  }
  const reading = new GenerationReading();
  for await (const record of readRecords(file, size)) if (!reading.take(record)) break;
  const found = reading.found();
  return found.last === undefined && !header.begunEmpty ? undefined : found;
};

/** Gathers transactions; a change holds when its transaction's commit is there and counts as many entries as were read. */
class GenerationReading {
  readonly #live = new LiveEntries();
  readonly #values = new Map<string, Map<string, string>>();
  #pending: PendingChange[] = [];
  #transaction: number | undefined;
  #first: FoundCommit | undefined;
  #last: FoundCommit | undefined;
  #end = headerBytes;
  #lastNumber = 0;

  /** False where the record does not belong here: the valid part of the file ends before it. */
  take({ head, bytes, end }: CheckpointRecord): boolean {
    if (head.kind === recordKinds.begin) {
      if (this.#transaction !== undefined) return false;
      this.#transaction = head.transaction;
      return true;
    }
    if (head.transaction !== this.#transaction) return false;
    if (head.kind === recordKinds.changes) return this.#takeChanges(bytes, head.entries);
    if (head.kind !== recordKinds.commit || head.entries !== this.#pending.length) return false;
    this.#commit({ position: head.position, extra: decodeBody(bytes), transaction: head.transaction }, end);
    return true;
  }

  found(): FoundGeneration {
    return {
      first: this.#first,
      last: this.#last,
      end: this.#end,
      lastNumber: this.#lastNumber,
      live: this.#live,
      values: this.#values,
    };
  }

  #takeChanges(bytes: Buffer, entries: number): boolean {
    const reader = new ChangeReader(bytes);
    let count = 0;
    for (; reader.next(); count += 1) {
      const { module, key, json, number } = reader;
      this.#pending.push({ module, key, json, number, bytes: reader.end - reader.start });
    }
    return count === entries;
  }

  #commit(commit: FoundCommit, end: number): void {
    for (const change of this.#pending) this.#apply(change);
    this.#pending = [];
    this.#transaction = undefined;
    this.#first ??= commit;
    this.#last = commit;
    this.#end = end;
  }

  #apply({ module, key, json, number, bytes }: PendingChange): void {
    this.#lastNumber = Math.max(this.#lastNumber, number);
    let values = this.#values.get(module);
    if (values === undefined) {
      values = new Map();
      this.#values.set(module, values);
    }
    if (json === undefined) {
      values.delete(key);
      this.#live.delete(module, key);
    } else {
      values.set(key, json);
      this.#live.put(module, key, { number, bytes });
    }
  }
}
