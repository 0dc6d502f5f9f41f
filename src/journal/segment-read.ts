import { messageOf } from '../fault.js';
import { BlockChain, type BlockLocation, type Segment } from './block-chain.js';
import { blockIsIntact, readBlockHeader } from './block.js';
import { type FileLayer, type OpenFile, readWhole } from './file-layer.js';
import { JournalError, systemCodeOf } from './journal-error.js';
import { segmentPath } from './segment-files.js';

/** Numbers that cannot be given: their blocks are damaged, or the log does not have them (trimmed, skipped, file removed). */
export interface Gap {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly reason: 'damaged' | 'missing';
  /** Path of the segment before it, and where in it; of the directory where there is none. */
  readonly path: string;
  readonly offset: number;
}

/** Reads one block and checks it; its bytes own their ArrayBuffer. @throws JournalError `damaged`, `read-failed` */
export const readBlock = async (options: {
  readonly fs: FileLayer;
  readonly dir: string;
  readonly location: BlockLocation;
}): Promise<Uint8Array> => {
  const { length, offset, firstSeq, count, segment } = options.location;
  const path = segmentPath(options.dir, segment);
  const what = `the block of entries ${firstSeq} to ${firstSeq + count - 1} at ${offset} of ${path}`;
  const bytes = new Uint8Array(length);
  const got = await readAt(options.fs, path, { into: bytes, offset, what });
  if (got < length || !blockIsIntact(bytes) || readBlockHeader(bytes)?.firstSeq !== firstSeq) {
    throw new JournalError('damaged', `cannot read ${what}: its checksum does not fit; these entries are lost`);
  }
  return bytes;
};

/**
 * The blocks from the one that holds `seq` on. Behind a broken place the walk goes on with the next segment: blocks are
 * not looked for among damaged bytes, where a log line could pretend to be one.
 */
export const walkBlocks = async function* (options: {
  readonly fs: FileLayer;
  readonly dir: string;
  /** Oldest first; may change during the walk. */
  readonly segments: readonly Segment[];
  readonly seq: number;
  readonly lastSeq: () => number;
  readonly onGap: (gap: Gap) => void;
}): AsyncGenerator<BlockLocation> {
  const { fs, dir, segments, seq, lastSeq, onGap } = options;
  let wanted = Math.max(1, seq);
  let last = lastSeq();
  let before: Omit<Gap, 'firstSeq' | 'lastSeq'> = { reason: 'missing', path: dir, offset: 0 };
  let segment = segments.findLast((s) => s.firstSeq <= seq) ?? segments[0];
  while (segment !== undefined) {
    const { firstSeq } = segment;
    if (wanted < firstSeq) onGap({ ...before, firstSeq: wanted, lastSeq: firstSeq - 1 });
    wanted = Math.max(wanted, firstSeq);
    const path = segmentPath(dir, firstSeq);
    before = { reason: 'missing', path, offset: 0 };
    const file = await openExisting(fs, path);
    if (file !== undefined) {
      try {
        const chain = new BlockChain(file, { segment, verify: false });
        for (;;) {
          const block = await chain.next();
          if (block === undefined && (chain.broken || chain.offset === segment.bytes)) break;
          if (block === undefined || chain.nextSeq <= wanted) continue;
          wanted = chain.nextSeq;
          yield block;
        }
        before = { reason: chain.broken ? 'damaged' : 'missing', path, offset: chain.offset };
        segment = after(segments, firstSeq);
        last = lastSeq(); // Of the same moment: the log may grow while the file is closed.
      } finally {
        await file.close();
      }
    } else {
      segment = after(segments, firstSeq);
      last = lastSeq();
    }
  }
  if (wanted <= last) onGap({ ...before, firstSeq: wanted, lastSeq: last });
};

const after = (segments: readonly Segment[], seq: number): Segment | undefined =>
  segments.find((segment) => segment.firstSeq > seq);

const openExisting = async (fs: FileLayer, path: string): Promise<OpenFile | undefined> => {
  try {
    return await fs.open(path, 'read');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined; // Trimmed meanwhile, or deleted: the walk reports the gap.
    throw new JournalError('read-failed', `cannot read the segment ${path}: ${messageOf(error)}`, error);
  }
};

const readAt = async (
  fs: FileLayer,
  path: string,
  read: { readonly into: Uint8Array; readonly offset: number; readonly what: string },
): Promise<number> => {
  try {
    const file = await fs.open(path, 'read');
    try {
      return await readWhole(file, read.into, read.offset);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new JournalError('read-failed', `cannot read ${read.what}: ${messageOf(error)}`, error);
  }
};
