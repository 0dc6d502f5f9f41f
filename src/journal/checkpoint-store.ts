import type { Json } from '../json.js';
import type { JournalError } from './journal-error.js';

/** Keyed state of modules and the journal position it belongs to. */
export interface Checkpoint {
  /** The state is that after the journal entry of this number. */
  readonly position: number;
  /** What was committed with it. */
  readonly extra: Json;
  /** Module, key, JSON text; in no particular order. */
  readonly entries: readonly (readonly [module: string, key: string, json: string])[];
}

/** Gathers one checkpoint. */
export interface CheckpointWriter {
  /** A key's new value as JSON text, undefined where it is gone. Buffered; the last write of a key counts. Never throws. */
  write(module: string, key: string, json: string | undefined): void;
  /**
   * Resolves when all of it is on the disk, in one piece. Rejected, the last commit still holds, and nothing was taken:
   * call it again, or write the same changes with a later one. @throws JournalError `write-failed`, `sync-failed`, `closed`
   */
  commit(position: number, extra?: Json): Promise<void>;
}

/** What loading found wrong. */
export interface CheckpointDamage {
  /** Bytes behind the last valid commit that were cut off: what a crash left unfinished, or damage. */
  readonly cutBytes: number;
  /** Generations that had no valid commit and were set aside; the one before was used. One sentence each. */
  readonly setAside: readonly string[];
}

/** Where checkpoints are kept. */
export interface CheckpointStore {
  /** The newest valid commit; undefined where there is none. Once, before the first `begin`. @throws JournalError `unknown-version`, `read-failed` */
  load(): Promise<Checkpoint | undefined>;
  begin(): CheckpointWriter;
  /** Journal entries up to this number are not needed any more, whichever commit is fallen back to. */
  readonly safePosition: number;
  /** Room is wanted in the journal: as soon as a commit lets entries below this number go, the one before is given up for it. */
  releaseUpTo(seq: number): void;
  close(): Promise<void>;
}

/** How a checkpoint log is opened. */
export interface CheckpointLogOptions {
  readonly dir: string;
  /** Compaction could not be done: said, not fatal; it is tried again later. */
  readonly onCompactionFailed?: (error: JournalError) => void;
  /** A generation is compacted when larger than twice what holds and this. 16 MiB where absent. */
  readonly spareBytes?: number;
  /** And when its commits span more journal entries than this, since the journal is kept from its first. 2,000,000 where absent. */
  readonly mostEntriesSpanned?: number;
}
