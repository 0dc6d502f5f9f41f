import type { z } from 'zod';
import type { Event, EventClass } from './events/event.js';
import type { Fault } from './fault.js';
import type { Json } from './json.js';
import type { LogRecord } from './record.js';

/** Logic that reads records and events and dispatches events. Synchronous; does no I/O; what it must keep lives in `context.state`. */
export interface LogicModule<Options = unknown> {
  onRecord?(record: LogRecord): void;
  /** An event of a module above this one, in order, before the record itself reaches it. */
  onEvent?(event: Event): void;
  /** Stack time moved to `now` (ms since the epoch); once per call of due work, not once per second jumped over. */
  onTick?(now: number): void;
  /** What `context.lookup` asked for; and files of `imports`, with the id `import:<name>` and the source `import`. */
  onResult?(result: LookupResult): void;
  /** The stack ends for good (end of a replay): last events may be dispatched. Not called on a stop that a restart continues. */
  onEnd?(now: number): void;
  /** New options, state kept. Without it a changed module is rebuilt from its state. */
  reconfigure?(options: Options): void;
  /** For the console and `explain`; changes nothing. */
  inspect?(query: Json): Json;
}

/** A question whose answer needs I/O, which is done elsewhere. */
export interface LookupRequest {
  readonly id: string;
  /** Which configured source answers. */
  readonly source: string;
  readonly query: Json;
}

/** The answer, as a journal entry. */
export interface LookupResult {
  readonly id: string;
  readonly source: string;
  readonly result?: Json;
  readonly error?: string;
}

/**
 * A module's memory, kept over restarts. What changed since the last checkpoint is written with the next one.
 * Values are plain JSON data. A value may be changed in place only between `edit` and the end of the current call into the module.
 */
export interface KeyedState {
  get<V>(key: string): Readonly<V> | undefined;
  has(key: string): boolean;
  /** The value, for changing in place: it counts as changed from here on. */
  edit<V>(key: string): V | undefined;
  /** The same for one who holds the value already. Once is enough while `epoch` stays the same. */
  willChange(key: string): void;
  /** Another number as soon as a checkpoint has begun. */
  readonly epoch: number;
  put(key: string, value: unknown): void;
  delete(key: string): boolean;
  keys(): IterableIterator<string>;
  entries(): IterableIterator<[string, unknown]>;
  readonly size: number;
}

/** Messages for the operator. Never per record. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Named counters of one module, shown with all others. */
export interface Metrics {
  count(name: string, by?: number): void;
  gauge(name: string, value: number): void;
}

/** A configuration file as read: its path, for messages, and its text. */
export interface ConfigFile {
  readonly file: string;
  readonly text: string;
}

/** What is wrong with a module's configuration files: faults stop the start, warnings are shown. */
export interface CheckResult {
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/** What the stack gives a module. */
export interface ModuleContext {
  /** Name under which the module runs in this stack. */
  readonly name: string;
  /** Time zone of this stack, for calendar days: an IANA name. */
  readonly timeZone: string;
  /** Stack time, ms since the epoch; 0 before the first record. For time-outs: it never goes back, and a clock that is set does not move it. */
  readonly now: number;
  /** What the clock on the wall showed at stack time, ms since the epoch: for what people read, and for days. As `now`, unless that clock was set. */
  readonly wallTime: number;
  /** The configuration files the module asked for, in the order of their names. */
  readonly files: readonly ConfigFile[];
  dispatch(event: Event): void;
  /** Dispatches an event of a `quiet` class; it is made only where a module below or a listener takes such. */
  dispatchQuiet(make: () => Event): void;
  lookup(request: LookupRequest): void;
  readonly state: KeyedState;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** The default export of a module file. */
export interface ModuleDefinition<S extends z.ZodType = z.ZodType> {
  readonly kind: 'module';
  readonly name: string;
  readonly description: string;
  /** zod schema of the options, with defaults and descriptions. */
  readonly options: S;
  /** Event classes it dispatches, so that listeners can render their messages. */
  readonly events?: readonly EventClass[];
  /** Names of the files it reads from the configuration directory, `*` standing for any text, e.g. `directives_*.json`. */
  readonly files?: readonly string[];
  /**
   * JSON files of another program below the log directory, `*` in the last part standing for any text, e.g. `backlogs/*.json`.
   * A run gives each to `onResult` at its start, before anything is received, and renames it to `<name>.imported`. After a
   * crash between the two it comes again.
   */
  readonly imports?: readonly string[];
  /** Checks those files before anything starts; all faults at once. */
  check?(options: z.output<S>, files: readonly ConfigFile[]): CheckResult;
  create(options: z.output<S>, context: ModuleContext): LogicModule<z.output<S>>;
}

/** Declares a module. The file's default export. */
export const defineModule = <S extends z.ZodType>(
  definition: Omit<ModuleDefinition<S>, 'kind'>,
): ModuleDefinition<S> => ({
  kind: 'module',
  ...definition,
});
