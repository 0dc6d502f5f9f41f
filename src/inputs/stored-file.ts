import { open, stat } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf } from '../fault.js';
import { FrameSource } from '../journal/block.js';
import { FrameDecoder, newFramingCounts } from './framing.js';
import { type FrameSink, type Input, type InputCounters, InputError } from './input.js';

/** How a stored file is read. */
export interface StoredFileOptions {
  readonly path: string;
  /** `capture`: what an input received, both framings; `lines`: a frame a line; `auto`: told apart by the beginning. */
  readonly framing: 'auto' | 'lines' | 'capture';
  readonly maxFrame: number;
  readonly timeZone?: string | undefined;
  readonly year?: number | undefined;
  /** Every frame is a normalized event as JSON. */
  readonly normalized?: boolean;
  /** Told how many bytes of the file have been read. */
  readonly progress?: ((bytes: number) => void) | undefined;
}

const chunkBytes = 1024 * 1024;
const isOctetCounted = (head: Buffer): boolean => /^[1-9]\d{0,7} </u.test(head.toString('latin1', 0, 16));

/** A stored file, plain or gzip, as frames: read once from beginning to end. */
export class StoredFile implements Input {
  readonly name: string;
  readonly address: string;
  readonly #sink: FrameSink;
  readonly #options: StoredFileOptions;
  readonly #counts = newFramingCounts();
  #received = 0;
  #bytes = 0;
  #stopped = false;
  #reading: Promise<void> = Promise.resolve();

  constructor(sink: FrameSink, options: StoredFileOptions) {
    this.#sink = sink;
    this.#options = options;
    this.name = `file ${options.path}`;
    this.address = options.path;
  }

  /** Reads the whole file; resolves at its end. @throws InputError where it cannot be read. */
  get ended(): Promise<void> {
    return this.#reading;
  }

  async start(): Promise<void> {
    const { path } = this.#options;
    try {
      const info = await stat(path);
      if (info.isDirectory()) throw new Error('is a directory');
      const head = await readHead(path);
      this.#reading = this.#read(head, info.mtimeMs);
      this.#reading.catch(() => undefined); // Whoever awaits `ended` is told.
    } catch (cause) {
      throw new InputError(`cannot read ${path}: ${messageOf(cause)}; a readable log file would be right`, { cause });
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#reading.catch(() => undefined); // Whoever awaits `ended` is told.
  }

  counters(): InputCounters {
    const { truncated, cutBytes, partial, empty } = this.#counts;
    return { received: this.#received, bytes: this.#bytes, truncated, cut_bytes: cutBytes, partial, empty };
  }

  async #read(head: Buffer, modifiedAt: number): Promise<void> {
    const { path, framing, maxFrame, timeZone, year, normalized, progress } = this.#options;
    const format = normalized === true ? 'normalized' : 'log';
    const source = new FrameSource({ input: this.name, timeZone, year, referenceTime: modifiedAt, format });
    const file = createReadStream(path, { highWaterMark: chunkBytes });
    let read = 0;
    file.on('data', (chunk) => progress?.((read += chunk.length)));
    const zipped = head[0] === 0x1f && head[1] === 0x8b;
    const stream: Readable = zipped ? file.pipe(createGunzip({ chunkSize: chunkBytes })) : file;
    file.on('error', (cause) => stream.destroy(cause));
    let decoder: FrameDecoder | undefined;
    const emit = (bytes: Uint8Array, start: number, end: number, flags: number): boolean => {
      this.#received += 1;
      this.#sink.push({ source, bytes, start, end, receivedAt: modifiedAt, flags });
      return true;
    };
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        if (this.#stopped) break;
        this.#bytes += chunk.length;
        decoder ??= new FrameDecoder({
          maxFrame,
          octetCounting: framing === 'capture' || (framing === 'auto' && isOctetCounted(chunk)),
          counts: this.#counts,
        });
        decoder.push(chunk, 0, emit);
        if (this.#sink.full) await this.#sink.drained();
      }
    } catch (cause) {
      throw new InputError(`cannot read ${path} past byte ${read}: ${messageOf(cause)}`, { cause });
    }
    // A stored file's last line is whole without its newline; only an octet-counted frame can be half.
    decoder?.finish((bytes, start, end, flags) => emit(bytes, start, end, decoder.awaitsOctets ? flags : 0));
    if (this.#sink.full) await this.#sink.drained();
  }
}

const readHead = async (path: string): Promise<Buffer> => {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};
