import type { Readable } from 'node:stream';
import type { FrameSource } from '../journal/block.js';
import { FrameDecoder, type FramingCounts, newFramingCounts } from './framing.js';
import type { FrameSink, InputCounters } from './input.js';

/** What came in over all streams of an input. */
export interface StreamCounts extends FramingCounts {
  /** Frames pushed. */
  received: number;
  /** Bytes read, framing included. */
  bytes: number;
}

/** Counts of nothing yet. */
export const newStreamCounts = (): StreamCounts => ({ ...newFramingCounts(), received: 0, bytes: 0 });

/** Stream counts under the names they are shown by. */
export const showStreamCounts = (counts: StreamCounts): InputCounters => ({
  received: counts.received,
  bytes: counts.bytes,
  truncated: counts.truncated,
  cut_bytes: counts.cutBytes,
  partial: counts.partial,
  empty: counts.empty,
});

/**
 * Reads one stream to its end, frame by frame, into the sink. While the sink is full it stops, even between two
 * frames of one chunk, and pauses the stream; so it holds at most one chunk and the decoder's remainder.
 */
export class StreamReader {
  /** Resolves once the stream's last frame has been pushed. */
  readonly finished: Promise<void>;
  /** When the last byte came: ms since the epoch, and by a clock that nobody sets. */
  #receivedAt = Date.now();
  #heardAt = performance.now();
  /** The sink is full and the stream is paused for it. */
  waiting = false;
  readonly #stream: Readable;
  readonly #source: FrameSource;
  readonly #sink: FrameSink;
  readonly #counts: StreamCounts;
  readonly #decoder: FrameDecoder;
  #rest: Buffer | undefined;
  #restAt = 0;
  #ended = false;
  #stopped = false;
  #resolveFinished: () => void = () => undefined;

  constructor(
    stream: Readable,
    options: {
      readonly source: FrameSource;
      readonly sink: FrameSink;
      readonly maxFrame: number;
      readonly octetCounting: boolean;
      readonly counts: StreamCounts;
    },
  ) {
    this.#stream = stream;
    this.#source = options.source;
    this.#sink = options.sink;
    this.#counts = options.counts;
    this.#decoder = new FrameDecoder(options);
    this.finished = new Promise((resolve) => {
      this.#resolveFinished = resolve;
    });
    stream.on('data', this.#onData);
    stream.once('end', this.#onEnd);
    stream.once('close', this.#onEnd);
  }

  /** How long no byte has come, ms; from the beginning where none did. */
  get silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  /** The stream stopped inside an octet-counted frame. */
  get awaitsOctets(): boolean {
    return this.#decoder.awaitsOctets;
  }

  /** Pushes all that has been read, whether or not the sink is full, and the frame it ended in; then reads no more. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#stream.off('data', this.#onData);
    this.#stream.pause();
    this.#take(this.#rest, this.#restAt);
    // What the stream had read ahead while it was paused for the sink.
    for (let chunk = this.#read(); chunk !== undefined; chunk = this.#read()) {
      this.#counts.bytes += chunk.length;
      this.#take(chunk, 0);
    }
    this.#rest = undefined;
    this.#decoder.finish(this.#emit);
    this.#resolveFinished();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#receivedAt = Date.now();
    this.#heardAt = performance.now();
    this.#counts.bytes += chunk.length;
    this.#take(chunk, 0);
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    if (!this.waiting) this.stop();
  };

  readonly #emit = (bytes: Uint8Array, start: number, end: number, flags: number): boolean => {
    this.#counts.received += 1;
    this.#sink.push({ source: this.#source, bytes, start, end, receivedAt: this.#receivedAt, flags });
    return this.#stopped || !this.#sink.full;
  };

  readonly #onDrained = (): void => {
    if (this.#stopped) return;
    this.waiting = false;
    const rest = this.#rest;
    this.#rest = undefined;
    this.#take(rest, this.#restAt);
    this.#goOn();
  };

  #goOn(): void {
    if (this.waiting) return;
    if (this.#ended) this.stop();
    else this.#stream.resume();
  }

  #take(chunk: Buffer | undefined, from: number): void {
    const blocked = !this.#stopped && this.#sink.full;
    const next = chunk === undefined || blocked ? from : this.#decoder.push(chunk, from, this.#emit);
    if (chunk !== undefined && next < chunk.length) {
      this.#rest = chunk;
      this.#restAt = next;
    }
    if (!this.#stopped && this.#sink.full) this.#wait();
  }

  #wait(): void {
    this.waiting = true;
    this.#stream.pause();
    void this.#sink.drained().then(this.#onDrained);
  }

  #read(): Buffer | undefined {
    return (this.#stream.read() as Buffer | null) ?? undefined;
  }
}
