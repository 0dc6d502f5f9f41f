import type { z } from 'zod';
import type { FilePlaces } from './appender/file-places.js';
import type { Event } from './events/event.js';
import type { Log, Metrics } from './module.js';

/** A delivery that failed; `retryable` says whether trying again may help. */
export class DeliveryError extends Error {
  readonly code = 'DELIVERY';
  override readonly name = 'DeliveryError';
  readonly retryable: boolean;
  /** How long the receiver asks to be left alone, ms. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    options: { readonly retryable: boolean; readonly retryAfterMs?: number | undefined; readonly cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** How events gather before a listener gets them together. */
export interface Gathering {
  /** So many are never exceeded, and go at once. */
  readonly most: number;
  /** How long the first of them waits for others, ms. */
  readonly waitMs: number;
  /** Least time between two deliveries, ms, unless there are `most`. */
  readonly everyMs: number;
  /** Delivers them all, or none. @throws DeliveryError */
  deliver(events: readonly Event[]): Promise<void>;
}

/** Acts on events; does nothing but I/O. Calls come one at a time, in order. */
export interface Listener {
  /** Takes one event. May buffer: what it took is delivered once `flush` has resolved. @throws DeliveryError */
  handle(event: Event): void | Promise<void>;
  /** Where events are better delivered many at once: used instead of `handle`. They wait outside the listener. */
  readonly gathering?: Gathering | undefined;
  /** Delivers all that was taken. Called when the lane runs dry, at least once a second under load, and before `close`. */
  flush?(): Promise<void>;
  /**
   * For listeners that buffer and have `places`: after a failure that may be tried again, drops what is not delivered, and
   * gives how many events' lines that was. All events since the last successful `flush` come again, and what was written of
   * them must not be written twice. Without it the listener holds on to them.
   */
  forget?(): number;
  /** Reopens files (SIGHUP after a rotation). */
  reopen?(): Promise<void>;
  /** Frees what it holds. Nothing is called after it. */
  close?(): Promise<void>;
}

/** What the dispatcher gives a listener. */
export interface ListenerContext {
  /** Name under which the listener runs in this stack. */
  readonly name: string;
  /** Directory for log and alarm files (`--log-dir`, or `--out` in a replay); relative paths in options start here. */
  readonly logDir: string;
  /** The program's own error stream is a terminal that people look at. */
  readonly console: NodeJS.WritableStream;
  readonly log: Log;
  readonly metrics: Metrics;
  /** For every `AppendFile` of the listener: with it no line is written twice, also after a crash. Absent in a replay. */
  readonly places?: FilePlaces | undefined;
}

/** The default export of a listener file. */
export interface ListenerDefinition<S extends z.ZodType = z.ZodType> {
  readonly kind: 'listener';
  readonly name: string;
  readonly description: string;
  /** zod schema of the options, with defaults and descriptions. `use`, `when` and `maxAge` are the dispatcher's. */
  readonly options: S;
  /** Quiet event classes it takes, by name. */
  readonly accepts?: readonly string[];
  /** The files it writes, from the log directory on; a `*` in a name stands for anything. No two listeners may write one file. */
  writes?(options: z.output<S>): readonly string[];
  create(options: z.output<S>, context: ListenerContext): Listener;
}

/** Declares a listener. The file's default export. */
export const defineListener = <S extends z.ZodType>(
  definition: Omit<ListenerDefinition<S>, 'kind'>,
): ListenerDefinition<S> => ({ kind: 'listener', ...definition });
