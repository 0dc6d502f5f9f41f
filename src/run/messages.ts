import type { MessagePort } from 'node:worker_threads';
import type { InputCounters } from '../inputs/input.js';
import type { KeepLimits } from '../journal/journal-archive.js';
import type { Json } from '../json.js';
import type { LookupRequest, LookupResult } from '../module.js';
import type { GenerationEntry } from '../journal/generation-entry.js';
import type { CoreStack } from '../stack/resolve.js';
import type { ArchiveCounters } from './kept-segments.js';
import type { HttpSettings, ShownConfiguration } from './http-listeners.js';
import type { ImportSpec } from './file-imports.js';
import type { InputSpec } from './input-spec.js';
import type { PoisonedEntry } from './poison-file.js';
import type { Supervised } from './supervisor.js';

/** How the journal is kept. */
export interface JournalOptions {
  /** Absent: frames are kept in memory alone, and lost with the process. */
  readonly dir: string | undefined;
  /** When appended frames are made safe against loss of power: with each write, every so many ms, or never. */
  readonly fsync: 'always' | 'off' | number;
  /** Bytes past which inputs that can wait do, and others drop. */
  readonly maxBytes: number;
  /** What becomes of segments that are worked off; absent: they are removed. */
  readonly keep: KeepLimits | undefined;
}

/** What the io thread is started with. */
export interface IoStart {
  readonly inputs: readonly InputSpec[];
  /** Files given to modules before anything is received. */
  readonly imports: readonly ImportSpec[];
  readonly journal: JournalOptions;
  /** The core has worked on all entries up to here. */
  readonly position: number;
  readonly positions: readonly { readonly input: string; readonly key: string; readonly value: Json }[];
  /** What the wall showed when the last of them was received, ms since the epoch; 0: nothing was. */
  readonly receivedAt: number;
  readonly capture: string | undefined;
  readonly http: HttpSettings;
  /** The configuration of now, and that of the core's position, where it is known. Absent without a journal. */
  readonly generation: { readonly current: string; readonly atPosition: string | undefined } | undefined;
}

/** What the core thread is started with. */
export interface CoreStart {
  readonly checkpointDir: string | undefined;
  readonly checkpointMs: number;
  /** Memory in which it tells what it is at: see `AtWork`. */
  readonly atWork: SharedArrayBuffer;
  readonly supervised: Supervised;
  /** The last event the outbox holds, and the number of its last entry. */
  readonly lastEventId: string | undefined;
  readonly lastEventNumber: number;
}

/** What the core runs under. */
export interface CoreConfiguration {
  /** The generation its frames came under; undefined where configurations are not kept. */
  readonly generation: string | undefined;
  readonly stack: CoreStack;
  /** To be tried first, with nothing coming of it: it must not be what stops the core later. */
  readonly trial?: CoreStack | undefined;
}

/** A line for the operator's log, from another thread. */
interface LogMessage {
  readonly type: 'log';
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
}

/** Counters of the io thread. */
export interface IoCounters {
  readonly frames: number;
  readonly bytes: number;
  readonly journalBytes: number;
  /** With `--keep`. */
  readonly archive?: ArchiveCounters | undefined;
  /** Bytes received that the core has not been given yet. */
  readonly waitingBytes: number;
  readonly lastSeq: number;
  /** Times the clock was set, by a minute or more. */
  readonly clockJumps: number;
  readonly inputs: readonly { readonly name: string; readonly address: string; readonly counters: InputCounters }[];
  readonly lost: Readonly<Record<string, number>>;
}

/** From the io thread to the main thread. */
export type IoMessage =
  | LogMessage
  | { readonly type: 'ready'; readonly listening: readonly { readonly name: string; readonly address: string }[] }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'counters'; readonly counters: IoCounters }
  /** The journal has an entry from which on another configuration holds; it is as safe as `--fsync` makes it. */
  | { readonly type: 'generation'; readonly entry: GenerationEntry }
  | { readonly type: 'ended' }
  /** The data directory is not there any more: the run must end. */
  | { readonly type: 'dataDirGone'; readonly message: string }
  | { readonly type: 'stopped' };

/** From the main thread to the io thread. */
export type IoRequest =
  | { readonly type: 'trim'; readonly below: number }
  /** What a module asked for, to be a journal entry. */
  | { readonly type: 'lookupResult'; readonly module: string; readonly result: LookupResult }
  | { readonly type: 'reload' }
  /** All that is received from here on comes under another configuration. */
  | { readonly type: 'generation'; readonly id: string }
  /** What HTTP shows of the configuration. */
  | { readonly type: 'configuration'; readonly shown: ShownConfiguration }
  /** All counters there are, for who asks over HTTP. */
  | { readonly type: 'counters'; readonly counters: Json }
  /** Another core thread goes on behind `position`. */
  | { readonly type: 'core'; readonly port: MessagePort; readonly position: number }
  /** The core has ended, and no other goes on: nothing waits for it any more. */
  | { readonly type: 'coreIsGone' }
  | { readonly type: 'stop' };

/** Counters of the core thread. */
export interface CoreCounters {
  readonly seq: number;
  /** Stack time, ms, and what the clock on the wall shows more: it was set so far since. */
  readonly now: number;
  readonly clockAheadMs: number;
  readonly records: number;
  readonly bytes: number;
  readonly faults: number;
  readonly truncated: number;
  readonly normalized: number;
  readonly events: number;
  readonly moduleFailures: Readonly<Record<string, number>>;
  readonly suppressedFailures: number;
  readonly modules: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** What became of the records the normalizer was asked about, by its counters' names (docs/plugins.md). */
  readonly normalizer: Readonly<Record<string, number>>;
  readonly stateEntries: number;
  readonly poisoned: number;
  readonly checkpoints: number;
}

/** From the core thread to the main thread. */
export type CoreMessage =
  | LogMessage
  /** The last checkpoint is read. Under which configuration does the core go on? Answered by `configuration`. */
  | { readonly type: 'restored'; readonly position: number; readonly generation: string | undefined }
  | {
      readonly type: 'ready';
      readonly position: number;
      readonly positions: IoStart['positions'];
      readonly receivedAt: number;
      /** Names of the normalizer's patterns, by number. */
      readonly patterns: readonly string[];
    }
  /** `byConfiguration`: it cannot run under the one it was given; with another it may. */
  | { readonly type: 'failed'; readonly message: string; readonly byConfiguration?: boolean }
  /** It has come to where another configuration begins, has saved what it knows, and does nothing more. */
  | { readonly type: 'otherConfiguration' }
  | { readonly type: 'events'; readonly block: Uint8Array; readonly lastEventId: string }
  | { readonly type: 'counters'; readonly counters: CoreCounters }
  | { readonly type: 'lookup'; readonly module: string; readonly request: LookupRequest }
  /** A checkpoint is about to be written: are all events on disk? Answered by `eventsSafe`. */
  | { readonly type: 'areEventsSafe' }
  /** It has passed over an entry that was set aside. */
  | { readonly type: 'setAside'; readonly entry: PoisonedEntry }
  | { readonly type: 'checkpoint'; readonly position: number; readonly safePosition: number }
  /** What it knows cannot be saved any more, whatever is tried: the run is over. */
  | { readonly type: 'cannotSave'; readonly message: string }
  | { readonly type: 'stopped' };

/** From the main thread to the core thread. */
export type CoreRequest =
  | ({ readonly type: 'configuration' } & CoreConfiguration)
  | { readonly type: 'eventsTaken' }
  | { readonly type: 'eventsSafe' }
  | { readonly type: 'stop' };

/** Between the io and the core thread. */
export type BlockMessage =
  | { readonly type: 'block'; readonly block: Uint8Array }
  /** The journal is filling up: checkpoints should let go of what lies below this number. */
  | { readonly type: 'release'; readonly seq: number };
export type BlockDone = { readonly type: 'done' };
