import { messageOf } from '../fault.js';
import { blockIsIntact, readBlockHeader } from './block.js';
import type { BlockRun } from './block-run.js';
import { type FileLayer, readWhole } from './file-layer.js';
import { JournalError } from './journal-error.js';
import { segmentPath } from './segment-files.js';

/** The beginning of a run: blocks, or what cannot be given. */
export interface RunPiece {
  /** Each in an ArrayBuffer of its own; none where there is a fault. */
  readonly blocks: readonly Uint8Array[];
  /** Bytes and entries of the run that this is. */
  readonly length: number;
  readonly count: number;
  /** Why these entries cannot be given. */
  readonly fault?: string;
}

const usualPieceBytes = 1024 * 1024;

/**
 * Reads the first blocks of a run, about 1 MiB of them and at least one, and checks them. A damaged block is a piece of its own; where
 * not even its length can be read, all that is left of the run is. @throws JournalError `read-failed`
 */
export const readRun = async (options: {
  readonly fs: FileLayer;
  readonly dir: string;
  readonly run: BlockRun;
  readonly pieceBytes?: number;
}): Promise<RunPiece> => {
  const { fs, dir, run, pieceBytes = usualPieceBytes } = options;
  const path = segmentPath(dir, run.segment);
  const bytes = await readFrom(fs, path, run, pieceBytes);
  const piece = blocksIn(bytes, run);
  if (piece !== 'longer') return withPath(piece, path, run);
  const { length } = readBlockHeader(bytes) ?? run;
  const whole = blocksIn(await readFrom(fs, path, run, length), run);
  return withPath(whole === 'longer' ? { ...nothingOf(run), fault: 'it ends within a block' } : whole, path, run);
};

const nothingOf = ({ length, count }: BlockRun): RunPiece => ({ blocks: [], length, count });

const withPath = (piece: RunPiece, path: string, { offset, firstSeq }: BlockRun): RunPiece => {
  if (piece.fault === undefined) return piece;
  const what = `the blocks of entries ${firstSeq} to ${firstSeq + piece.count - 1} at ${offset} of ${path}`;
  return { ...piece, fault: `cannot read ${what}: ${piece.fault}` };
};

/** The whole blocks at the beginning of `bytes`; `longer` where the first one is. */
const blocksIn = (bytes: Uint8Array, run: BlockRun): RunPiece | 'longer' => {
  const blocks: Uint8Array[] = [];
  let length = 0;
  let count = 0;
  while (length < run.length) {
    const header = readBlockHeader(bytes.subarray(length));
    const fits = header !== undefined && header.firstSeq === run.firstSeq + count && count + header.count <= run.count;
    if (!fits || length + header.length > run.length) {
      if (blocks.length > 0) break;
      return { ...nothingOf(run), fault: 'no block begins there' };
    }
    const end = length + header.length;
    if (end > bytes.length) {
      if (blocks.length > 0) break;
      return 'longer';
    }
    const block = bytes.slice(length, end);
    if (!blockIsIntact(block)) {
      if (blocks.length > 0) break;
      return { blocks, length: header.length, count: header.count, fault: 'its checksum does not fit' };
    }
    blocks.push(block);
    length = end;
    count += header.count;
  }
  return { blocks, length, count };
};

const readFrom = async (fs: FileLayer, path: string, run: BlockRun, most: number): Promise<Uint8Array> => {
  try {
    const file = await fs.open(path, 'read');
    try {
      const bytes = new Uint8Array(Math.min(run.length, most));
      return bytes.subarray(0, await readWhole(file, bytes, run.offset));
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new JournalError('read-failed', `cannot read ${path} at ${run.offset}: ${messageOf(cause)}`, cause);
  }
};
