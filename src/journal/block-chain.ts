import { blockHeaderBytes, blockIsIntact, readBlockHeader } from './block.js';
import type { OpenFile } from './file-layer.js';
import { FileWindow } from './file-window.js';

/** Where a block is. */
export interface BlockLocation {
  /** First number of the segment, which names its file. */
  readonly segment: number;
  readonly offset: number;
  readonly length: number;
  readonly firstSeq: number;
  readonly count: number;
}

/** A segment's file: its first number and its bytes, which grow while it is the last. */
export interface Segment {
  readonly firstSeq: number;
  bytes: number;
}

const headerPieceBytes = 16 * 1024;
const wholePieceBytes = 1024 * 1024;
const smallestEntryBytes = 16;

/** Walks the blocks of one segment, each beginning where the one before ended. */
export class BlockChain {
  /** Where the next block begins: the end of the last one found. */
  offset = 0;
  /** Number of the next block's first entry. */
  nextSeq: number;
  /** Whether `next` found bytes that are no sound block. */
  broken = false;
  readonly #segment: Segment;
  readonly #verify: boolean;
  readonly #window: FileWindow;
  /** With `verify`: the bytes of the block `next` found, valid until it is called again. */
  bytes: Uint8Array = new Uint8Array();

  /** With `verify` whole blocks are read and their checksums compared; without, only headers. */
  constructor(file: OpenFile, options: { readonly segment: Segment; readonly verify: boolean }) {
    this.#segment = options.segment;
    this.nextSeq = options.segment.firstSeq;
    this.#verify = options.verify;
    this.#window = new FileWindow(file, options.verify ? wholePieceBytes : headerPieceBytes);
  }

  /** The next block; undefined at the end of the segment (it may have grown when asked again) and where it is broken. */
  async next(): Promise<BlockLocation | undefined> {
    const { offset } = this;
    const { bytes: size, firstSeq: segment } = this.#segment;
    if (offset === size) return undefined;
    this.broken = true;
    const head = await this.#window.bytes(offset, blockHeaderBytes, size);
    const header = head && readBlockHeader(head);
    if (header === undefined || header.firstSeq !== this.nextSeq || offset + header.length > size) return undefined;
    const { length, count, firstSeq } = header;
    if (count === 0 || blockHeaderBytes + count * smallestEntryBytes > length) return undefined;
    if (this.#verify) {
      const whole = await this.#window.bytes(offset, length, size);
      if (whole === undefined || !blockIsIntact(whole)) return undefined;
      this.bytes = whole;
    }
    this.broken = false;
    this.offset = offset + length;
    this.nextSeq = firstSeq + count;
    return { segment, offset, length, firstSeq, count };
  }
}
