import type { Core } from '../frontend/core.js';
import type { Frame } from '../frontend/decode.js';
import type { FrameSink } from '../inputs/input.js';

/** Frames straight into a core, numbered as they come: a replay keeps no journal. */
export class DirectSink implements FrameSink {
  readonly #core: Core;
  readonly #settled: () => boolean;
  readonly #settle: () => Promise<void>;
  #seq = 0;

  constructor(options: {
    readonly core: Core;
    /** Whether listeners have all they should before more is read. */
    readonly settled: () => boolean;
    readonly settle: () => Promise<void>;
  }) {
    this.#core = options.core;
    this.#settled = options.settled;
    this.#settle = options.settle;
  }

  get full(): boolean {
    return !this.#settled();
  }

  get lastSeq(): number {
    return this.#seq;
  }

  drained(): Promise<void> {
    return this.#settle();
  }

  push(frame: Parameters<FrameSink['push']>[0]): void {
    this.#seq += 1;
    const { source, start, end, flags, receivedAt } = frame;
    const given = frame.bytes;
    const bytes = Buffer.isBuffer(given) ? given : Buffer.from(given.buffer, given.byteOffset, given.byteLength);
    const whole: Frame = { seq: this.#seq, bytes, start, end, flags, source, receivedAt };
    this.#core.frontend.frame(whole);
  }

  together(fill: () => void): void {
    fill();
  }

  durable(): Promise<void> {
    return Promise.resolve();
  }

  position(): void {
    // A stored file is read from its beginning each time.
  }
}
