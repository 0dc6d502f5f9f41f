// A little longer than most: what writes blocks and what reads them share one layout.
import { crc32 } from 'node:zlib';

/**
 * A block is the unit of writing, of checking and of crossing threads: numbered entries and the sources they came from.
 *
 *   0 u32 magic   4 u32 crc32 of bytes 8…length   8 u32 length   12 u32 entry count   16 f64 number of the first entry
 *   24 f64 written at, ms   32 u32 offset of the sources   36 u32 format version
 *   40 entries: u8 kind, u8 flags, u16 source, u32 length, f64 received at (ms), bytes
 *   sources: JSON array of FrameSource
 *
 * Little endian. Entries of a block are numbered consecutively.
 */
const blockMagic = 0x424a4354; // "TCJB"
export const blockHeaderBytes = 40;
const entryHeaderBytes = 16;
const formatVersion = 1;
const mostSources = 60_000;

/** What an entry is. Everything that can change an output is one of these. */
export const entryKinds = { frame: 1, clock: 2, position: 3, lookupResult: 4, generation: 5, event: 6 } as const;

/** Where frames come from, kept once a block. Inputs make one per input and peer and keep it. */
export class FrameSource {
  readonly input: string;
  readonly peer: string | undefined;
  /** IANA time zone of time stamps without one; the machine's where absent. */
  readonly timeZone: string | undefined;
  /** ms since the epoch: the year of a time stamp without one is chosen nearest to this (stored files). Absent: nearest to receipt. */
  readonly referenceTime: number | undefined;
  /** The year of time stamps without one, where the user named it. */
  readonly year: number | undefined;
  /** What a frame is: a log entry, or a normalized event as JSON (dsiem.md §1). */
  readonly format: 'log' | 'normalized';
  /** Index in the block being written, and that block's number; for BlockWriter only. */
  blockIndex = 0;
  blockId = -1;

  constructor(options: {
    readonly input: string;
    readonly peer?: string | undefined;
    readonly timeZone?: string | undefined;
    readonly referenceTime?: number | undefined;
    readonly year?: number | undefined;
    readonly format?: 'log' | 'normalized' | undefined;
  }) {
    this.input = options.input;
    this.peer = options.peer;
    this.timeZone = options.timeZone;
    this.referenceTime = options.referenceTime;
    this.year = options.year;
    this.format = options.format ?? 'log';
  }

  toJSON(): object {
    const { input, peer, timeZone, referenceTime, year, format } = this;
    return { input, peer, timeZone, referenceTime, year, format: format === 'log' ? undefined : format };
  }
}

/** Bytes of UTF-8 a UTF-16 unit takes at most. */
const mostUtf8 = 3;
const nowhere = new FrameSource({ input: '' });
let lastBlockId = 0;

/** Fills one block. Not reusable after `seal`. */
export class BlockWriter {
  readonly firstSeq: number;
  count = 0;
  #buffer: Buffer;
  #view: DataView;
  #offset = blockHeaderBytes;
  #sources: FrameSource[] = [];
  readonly #id: number;

  constructor(options: { readonly firstSeq: number; readonly bytes: number }) {
    this.firstSeq = options.firstSeq;
    this.#buffer = Buffer.from(new ArrayBuffer(options.bytes));
    this.#view = new DataView(this.#buffer.buffer);
    lastBlockId += 1;
    this.#id = lastBlockId;
  }

  get bytes(): number {
    return this.#offset;
  }

  /** Whether an entry of so many bytes still fits. An empty block takes any entry. */
  fits(length: number): boolean {
    return (
      this.count === 0 ||
      (this.#offset + entryHeaderBytes + length <= this.#buffer.length && this.#sources.length < mostSources)
    );
  }

  /** Copies an entry in and returns its number. */
  add(
    kind: number,
    flags: number,
    source: FrameSource | undefined,
    receivedAt: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): number {
    const length = end - start;
    this.#reserve(entryHeaderBytes + length);
    const at = this.#offset + entryHeaderBytes;
    if (length < 48) for (let from = start; from < end; from += 1) this.#buffer[at + from - start] = bytes[from] ?? 0;
    else if (start === 0 && end === bytes.length) this.#buffer.set(bytes, at);
    else this.#buffer.set(bytes.subarray(start, end), at);
    return this.#head(kind, flags, source, receivedAt, length);
  }

  /** The same for text, written as UTF-8. */
  addText(kind: number, receivedAt: number, text: string): number {
    this.#reserve(entryHeaderBytes + text.length * mostUtf8);
    const length = this.#buffer.write(text, this.#offset + entryHeaderBytes);
    return this.#head(kind, 0, undefined, receivedAt, length);
  }

  /** Writes an entry's header before its bytes. */
  #head(kind: number, flags: number, source: FrameSource | undefined, receivedAt: number, length: number): number {
    const from = source ?? nowhere;
    if (from.blockId !== this.#id) {
      from.blockId = this.#id;
      from.blockIndex = this.#sources.push(from) - 1;
    }
    const view = this.#view;
    const offset = this.#offset;
    view.setUint8(offset, kind);
    view.setUint8(offset + 1, flags);
    view.setUint16(offset + 2, from.blockIndex, true);
    view.setUint32(offset + 4, length, true);
    view.setFloat64(offset + 8, receivedAt, true);
    this.#offset = offset + entryHeaderBytes + length;
    this.count += 1;
    return this.firstSeq + this.count - 1;
  }

  /** Finishes the block; its bytes own their whole ArrayBuffer when `transferable` matters, see `byteOffset` 0. */
  seal(writtenAt: number): Uint8Array {
    const sourcesOffset = this.#offset;
    const sources = Buffer.from(JSON.stringify(this.#sources));
    this.#reserve(sources.length);
    this.#buffer.set(sources, this.#offset);
    const length = this.#offset + sources.length;
    const view = this.#view;
    view.setUint32(0, blockMagic, true);
    view.setUint32(8, length, true);
    view.setUint32(12, this.count, true);
    view.setFloat64(16, this.firstSeq, true);
    view.setFloat64(24, writtenAt, true);
    view.setUint32(32, sourcesOffset, true);
    view.setUint32(36, formatVersion, true);
    view.setUint32(4, crc32(this.#buffer.subarray(8, length)), true);
    return this.#buffer.subarray(0, length);
  }

  #reserve(bytes: number): void {
    if (this.#offset + bytes <= this.#buffer.length) return;
    const larger = Buffer.from(new ArrayBuffer(Math.max(this.#buffer.length * 2, this.#offset + bytes)));
    larger.set(this.#buffer.subarray(0, this.#offset));
    this.#buffer = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** What a block's header says. */
export interface BlockHeader {
  readonly length: number;
  readonly count: number;
  readonly firstSeq: number;
  readonly writtenAt: number;
}

/** Reads a block's header; undefined where the bytes are not the beginning of one. Needs `blockHeaderBytes` bytes. */
export const readBlockHeader = (bytes: Uint8Array): BlockHeader | undefined => {
  if (bytes.length < blockHeaderBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== blockMagic || view.getUint32(36, true) !== formatVersion) return undefined;
  const length = view.getUint32(8, true);
  if (length < blockHeaderBytes || view.getUint32(32, true) > length) return undefined;
  return {
    length,
    count: view.getUint32(12, true),
    firstSeq: view.getFloat64(16, true),
    writtenAt: view.getFloat64(24, true),
  };
};

/** Whether a whole block's bytes are what was written. */
export const blockIsIntact = (bytes: Uint8Array): boolean => {
  const header = readBlockHeader(bytes);
  if (header === undefined || header.length !== bytes.length) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(4, true) === crc32(bytes.subarray(8));
};

/** The format version of an intact block that begins here and is not of ours; undefined where these bytes are no such block. */
export const otherBlockVersion = (bytes: Uint8Array): number | undefined => {
  if (bytes.length < blockHeaderBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [length, version] = [view.getUint32(8, true), view.getUint32(36, true)];
  if (view.getUint32(0, true) !== blockMagic || version === formatVersion) return undefined;
  if (length < blockHeaderBytes || length > bytes.length) return undefined;
  return view.getUint32(4, true) === crc32(bytes.subarray(8, length)) ? version : undefined;
};

/** Walks the entries of an intact block: `while (reader.next()) { reader.kind … }`. */
export class BlockReader {
  readonly header: BlockHeader;
  readonly sources: readonly FrameSource[];
  readonly bytes: Buffer;
  seq: number;
  kind = 0;
  flags = 0;
  receivedAt = 0;
  source: FrameSource = nowhere;
  start = 0;
  end = blockHeaderBytes;
  readonly #view: DataView;
  #left: number;

  /** @throws RangeError where the bytes are no block. */
  constructor(bytes: Uint8Array) {
    const header = readBlockHeader(bytes);
    if (header === undefined) throw new RangeError('not a journal block');
    this.header = header;
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const sources = this.bytes.toString('utf8', this.#view.getUint32(32, true), header.length);
    this.sources = (JSON.parse(sources) as ConstructorParameters<typeof FrameSource>[0][]).map(
      (s) => new FrameSource(s),
    );
    this.seq = header.firstSeq - 1;
    this.#left = header.count;
  }

  next(): boolean {
    if (this.#left === 0) return false;
    this.#left -= 1;
    this.seq += 1;
    const view = this.#view;
    const at = this.end;
    this.kind = view.getUint8(at);
    this.flags = view.getUint8(at + 1);
    this.source = this.sources[view.getUint16(at + 2, true)] ?? nowhere;
    this.receivedAt = view.getFloat64(at + 8, true);
    this.start = at + entryHeaderBytes;
    this.end = this.start + view.getUint32(at + 4, true);
    return true;
  }
}
