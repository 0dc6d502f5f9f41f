import type { Readable } from 'node:stream';
import { FrameSource } from '../journal/block.js';
import type { Log } from '../module.js';
import type { FrameSink, Input, InputCounters } from './input.js';
import { drainedWithin, settle } from './settle.js';
import { openStandardInput } from './standard-input.js';
import { newStreamCounts, showStreamCounts, StreamReader } from './stream-reader.js';

/** How to read the standard input, or any stream of lines. */
export interface StdinOptions {
  /** Read instead of the standard input. */
  readonly stream?: Readable | undefined;
  /** Bytes a frame may have; the rest is cut off. Default 65536. */
  readonly maxFrame?: number | undefined;
  readonly timeZone?: string | undefined;
  readonly year?: number | undefined;
  readonly log: Log;
}

/** Lines of the standard input, one frame each; the last one needs no newline. It ends where the stream ends. */
export class StdinInput implements Input {
  readonly name = 'stdin';
  readonly address = '-';
  readonly ended: Promise<void>;
  readonly #sink: FrameSink;
  readonly #options: StdinOptions;
  readonly #counts = newStreamCounts();
  #readErrors = 0;
  #stream: Readable | undefined;
  #reader: StreamReader | undefined;
  #stopping: Promise<void> | undefined;
  #resolveEnded: () => void = () => undefined;

  constructor(sink: FrameSink, options: StdinOptions) {
    this.#sink = sink;
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  async start(): Promise<void> {
    if (this.#reader !== undefined || this.#stopping !== undefined) return;
    const { stream = openStandardInput(), maxFrame = 65_536, timeZone, year } = this.#options;
    this.#stream = stream;
    stream.on('error', this.#onError);
    this.#reader = new StreamReader(stream, {
      source: new FrameSource({ input: this.name, timeZone, year }),
      sink: this.#sink,
      maxFrame,
      octetCounting: false,
      counts: this.#counts,
    });
    void this.#reader.finished.then(this.#resolveEnded);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  counters(): InputCounters {
    return { ...showStreamCounts(this.#counts), read_errors: this.#readErrors };
  }

  async #stop(): Promise<void> {
    await settle(() => this.#counts.bytes, 500);
    if (this.#reader?.waiting === true) await drainedWithin(this.#sink, 2000);
    this.#reader?.stop();
    this.#stream?.destroy();
    this.#resolveEnded();
  }

  readonly #onError = (error: Error): void => {
    this.#readErrors += 1;
    this.#options.log.error(`cannot read on from stdin: ${error.message}; what was read until here is kept`);
  };
}
