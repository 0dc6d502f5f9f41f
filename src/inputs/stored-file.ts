import { open, stat } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { messageOf } from '../fault.js';
import { FrameSource } from '../journal/block.js';
import { unpack } from '../tail-file/index.js';
import { captureHeader } from './capture-header.js';
import { FrameDecoder, newFramingCounts } from './framing.js';
import { type FrameSink, type Input, type InputCounters, InputError } from './input.js';

/** How a stored file is read. */
export interface StoredFileOptions {
  readonly path: string;
  /** `capture`: what an input received, both framings; `lines`: a frame a line; `auto`: told apart by the beginning, and refused where that turns out wrong. */
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
const zero = 48;
const nine = 57;

/** Whether the message begins with a count and a priority, as few lines do. */
const isOctetCounted = (bytes: Uint8Array, start: number, end: number): boolean => {
  const first = bytes[start] ?? 0;
  if (first <= zero || first > nine) return false;
  const head = Buffer.from(bytes.subarray(start, Math.min(end, start + 16)));
  return /^[1-9]\d{0,7} <\d{1,3}>/u.test(head.toString('latin1'));
};

const notALine =
  'begins as an octet-counted message, in a file of lines; --format capture would be right, or syslog where it is a line';

/** Lines and octet-counted messages in a file that does not say it has both. */
class MixedFraming extends Error {}

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
    const { path, framing, timeZone, year, normalized, progress } = this.#options;
    const format = normalized === true ? 'normalized' : 'log';
    const source = new FrameSource({ input: this.name, timeZone, year, referenceTime: modifiedAt, format });
    const file = createReadStream(path, { highWaterMark: chunkBytes });
    let read = 0;
    file.on('data', (chunk) => {
      read += chunk.length;
      progress?.(read);
    });
    const zipped = head[0] === 0x1f && head[1] === 0x8b;
    const chunks: AsyncIterable<Buffer> = zipped ? unpack(file) : file;
    let decoder: FrameDecoder | undefined;
    const emit = (bytes: Uint8Array, start: number, end: number, flags: number): boolean => {
      this.#received += 1;
      this.#sink.push({ source, bytes, start, end, receivedAt: modifiedAt, flags });
      return true;
    };
    /** Lines alone are expected: refuses a message that is none. */
    const emitLine = (bytes: Uint8Array, start: number, end: number, flags: number): boolean => {
      if (isOctetCounted(bytes, start, end)) throw new MixedFraming(`record ${this.#received + 1} ${notALine}`);
      return emit(bytes, start, end, flags);
    };
    let take = emit;
    let failure: unknown;
    try {
      for await (const chunk of chunks) {
        if (this.#stopped) break;
        this.#bytes += chunk.length;
        const from = decoder === undefined && this.#isMarked(chunk) ? captureHeader.length : 0;
        decoder ??= this.#decoderFor(chunk);
        if (framing === 'auto' && !decoder.octetCounting) take = emitLine;
        decoder.push(chunk, from, take);
        if (this.#sink.full) await this.#sink.drained();
      }
      // A stored file's last line is whole without its newline; only an octet-counted frame can be half.
      if (decoder?.awaitsOctets === false) decoder.finish((bytes, start, end) => take(bytes, start, end, 0));
    } catch (cause) {
      failure = cause;
    }
    if (!(failure instanceof MixedFraming)) decoder?.finish(take);
    if (this.#sink.full) await this.#sink.drained();
    if (failure === undefined) return;
    const where = failure instanceof MixedFraming ? path : `${path} past byte ${read}`;
    throw new InputError(`cannot read ${where}: ${messageOf(failure)}`, { cause: failure });
  }

  #isMarked(head: Buffer): boolean {
    return this.#options.framing !== 'lines' && head.subarray(0, captureHeader.length).equals(captureHeader);
  }

  #decoderFor(head: Buffer): FrameDecoder {
    const { framing, maxFrame } = this.#options;
    const emptyFrames = this.#isMarked(head);
    const begins = framing === 'auto' && isOctetCounted(head, 0, head.length);
    const octetCounting = framing === 'capture' || emptyFrames || begins;
    return new FrameDecoder({ maxFrame, octetCounting, emptyFrames, counts: this.#counts });
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
