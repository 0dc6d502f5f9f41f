import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf } from '../fault.js';
import { blockHeaderBytes, blockIsIntact, readBlockHeader } from './block.js';
import type { OpenFile } from './file-layer.js';

/** Where a stream of blocks ended. */
export interface StreamEnd {
  /** Bytes of sound blocks, as they were before compressing. */
  readonly offset: number;
  /** Number behind the last one. */
  readonly nextSeq: number;
  /** What was wrong with the bytes behind them; undefined where there are none. */
  readonly fault: string | undefined;
}

const pieceBytes = 1024 * 1024;
/** No block is larger: the longest frame has 16 MiB. */
const largestBlockBytes = 64 * 1024 * 1024;

/** A block that is not what was written, between two that are in their places. */
export interface DamagedBlock {
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Bytes before it, as they were before compressing. */
  readonly offset: number;
}

/** A file's bytes from front to back, of which nothing beyond `size` is read. */
const piecesOf = async function* (file: OpenFile, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < size; ) {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, size - at));
    const count = await file.read(piece, at);
    if (count === 0) return;
    at += count;
    yield piece.subarray(0, count);
  }
};

/**
 * The blocks of a segment, plain or compressed, one after the other, each checked; bytes are valid until the next one is
 * asked for. A damaged one is told and passed over where the one behind it begins as its header says, as in `SegmentLog`.
 * Ends at the first byte that is not part of a block, and returns what was wrong with it.
 */
export const readBlocks = async function* (
  file: OpenFile,
  options: {
    readonly firstSeq: number;
    readonly size: number;
    readonly packed: boolean;
    readonly onDamaged: (block: DamagedBlock) => void;
  },
): AsyncGenerator<Buffer, StreamEnd> {
  let { firstSeq: nextSeq } = options;
  let offset = 0;
  let waiting: Buffer = Buffer.alloc(0);
  try {
    for await (const piece of options.packed ? unpacked(file, options.size) : piecesOf(file, options.size)) {
      waiting = waiting.length === 0 ? piece : Buffer.concat([waiting, piece]);
      for (;;) {
        const block = firstBlock(waiting, nextSeq);
        if (block === 'unfinished') break;
        if (typeof block === 'string') return { offset, nextSeq, fault: block };
        if (block.intact) yield block.bytes;
        else options.onDamaged({ firstSeq: nextSeq, lastSeq: block.nextSeq - 1, offset });
        ({ nextSeq } = block);
        offset += block.bytes.length;
        waiting = waiting.subarray(block.bytes.length);
      }
    }
  } catch (cause) {
    return { offset, nextSeq, fault: messageOf(cause) };
  }
  return { offset, nextSeq, fault: waiting.length === 0 ? undefined : 'ends within a block, or with a damaged one' };
};

const unpacked = (file: OpenFile, size: number): AsyncIterable<Buffer> =>
  pipeline(Readable.from(piecesOf(file, size)), createGunzip({ chunkSize: 256 * 1024 }), () => undefined);

interface FoundBlock {
  readonly bytes: Buffer;
  readonly nextSeq: number;
  readonly intact: boolean;
}

const firstBlock = (
  bytes: Buffer,
  expectedSeq: number,
): FoundBlock | 'unfinished' | 'is no block' | 'has another number' => {
  const header = readBlockHeader(bytes);
  if (header === undefined) return bytes.length < blockHeaderBytes ? 'unfinished' : 'is no block';
  if (header.count === 0 || header.length > largestBlockBytes) return 'is no block';
  if (header.firstSeq !== expectedSeq) return 'has another number';
  if (bytes.length < header.length) return 'unfinished';
  const block = bytes.subarray(0, header.length);
  const nextSeq = expectedSeq + header.count;
  if (blockIsIntact(block)) return { bytes: block, nextSeq, intact: true };
  // The header may be what is damaged: it is believed where the next block is where it says, and has the number it says.
  const behind = bytes.subarray(header.length);
  if (behind.length < blockHeaderBytes) return 'unfinished';
  return readBlockHeader(behind)?.firstSeq === nextSeq ? { bytes: block, nextSeq, intact: false } : 'is no block';
};
