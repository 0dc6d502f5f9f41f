import type { Json } from '../json.js';
import type { FrameSource } from '../journal/block.js';

/** Marks of a frame, or-ed together. */
export const frameFlags = {
  /** It was longer than the limit and has been cut. */
  truncated: 1,
  /** The connection or file ended in the middle of it. */
  partial: 2,
} as const;

/**
 * Where inputs put what they receive. No call blocks, fails or drops. Bytes are copied before `push` returns.
 * While `full`, inputs that can wait (TCP, TLS, tail, stdin, replay) stop reading until `drained` resolves (what they
 * have in hand may still be pushed); inputs that cannot (UDP) drop what arrives and count it as `dropped_full`.
 */
export interface FrameSink {
  push(frame: {
    readonly source: FrameSource;
    readonly bytes: Uint8Array;
    readonly start: number;
    readonly end: number;
    /** ms since the epoch. */
    readonly receivedAt: number;
    readonly flags: number;
  }): void;
  /** What `fill` pushes and notes, at once, gets to disk whole or not at all. */
  together(fill: () => void): void;
  /** Keeps a place to go on from after a restart: stored with, and only with, all frames pushed before it. `undefined` forgets it. */
  position(input: string, key: string, value: Json | undefined): void;
  readonly full: boolean;
  drained(): Promise<void>;
  /**
   * Resolves when all frames pushed before are on disk, as safe as the journal makes them: what may be acknowledged.
   * Calls made together share one write. Rejects where they will not get there.
   */
  durable(): Promise<void>;
}

/** Counters of an input by name, e.g. `received`, `truncated`, `dropped_kernel`, `connections`. Only ever grow, save gauges such as `connections`. */
export type InputCounters = Readonly<Record<string, number>>;

/** A source of frames. */
export interface Input {
  /** Shown to people and kept with each frame, e.g. `udp 127.0.0.1:5514`. */
  readonly name: string;
  /** Begins to receive. Rejects with an InputError where it cannot (port in use, no permission). */
  start(): Promise<void>;
  /** Where it listens once started, e.g. `127.0.0.1:5514` with the real port; the path or glob for files. */
  readonly address: string;
  /** Stops receiving; half frames are pushed, marked. Nothing is pushed after it resolves. Safe to call twice. */
  stop(): Promise<void>;
  counters(): InputCounters;
  /** Reads certificates and the like again (SIGHUP). Rejects where it cannot; then the old ones stay. */
  reload?(): Promise<void>;
  /** Resolves when there will never be another frame (end of stdin, of a replayed file). Absent on inputs that never end. */
  readonly ended?: Promise<void>;
}

/** An input that could not begin. The message says what, where, what was seen and what would be right. */
export class InputError extends Error {
  readonly code = 'INPUT';
  override readonly name = 'InputError';
}
