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
 * asked for. Ends at the first byte that is not part of a sound block, and returns what was wrong with it.
 */
export const readBlocks = async function* (
  file: OpenFile,
  options: { readonly firstSeq: number; readonly size: number; readonly packed: boolean },
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
        yield block.bytes;
        ({ nextSeq } = block);
        offset += block.bytes.length;
        waiting = waiting.subarray(block.bytes.length);
      }
    }
  } catch (cause) {
    return { offset, nextSeq, fault: messageOf(cause) };
  }
  return { offset, nextSeq, fault: waiting.length === 0 ? undefined : 'ends within a block' };
};

const unpacked = (file: OpenFile, size: number): AsyncIterable<Buffer> =>
  pipeline(Readable.from(piecesOf(file, size)), createGunzip({ chunkSize: 256 * 1024 }), () => undefined);

const firstBlock = (
  bytes: Buffer,
  expectedSeq: number,
): { readonly bytes: Buffer; readonly nextSeq: number } | 'unfinished' | 'is no block' | 'has another number' => {
  if (bytes.length < blockHeaderBytes) return 'unfinished';
  const header = readBlockHeader(bytes);
  if (header === undefined || header.count === 0 || header.length > largestBlockBytes) return 'is no block';
  if (header.firstSeq !== expectedSeq) return 'has another number';
  if (bytes.length < header.length) return 'unfinished';
  const block = bytes.subarray(0, header.length);
  return blockIsIntact(block) ? { bytes: block, nextSeq: expectedSeq + header.count } : 'is no block';
};
