import { join } from 'node:path';
import { messageOf } from '../fault.js';
import { readArchiveName } from './archived-segment.js';
import { type DamagedBlock, readBlocks, type StreamEnd } from './block-stream.js';
import type { FileLayer, OpenFile } from './file-layer.js';
import { JournalError, systemCodeOf } from './journal-error.js';
import { readSegmentName } from './segment-files.js';

/** A segment of a directory, plain or archived. */
export interface StoredSegment {
  readonly firstSeq: number;
  readonly name: string;
  /** Times of receipt, where the name says them; see `ArchivedSegment`. */
  readonly times: { readonly from: number; readonly to: number } | undefined;
}

/** Numbers that a stored journal does not have, or a place where it ends in the middle of something. */
export type StoredGap =
  | {
      readonly kind: 'missing' | 'damaged';
      readonly firstSeq: number;
      readonly lastSeq: number;
      readonly where: string;
    }
  /** The last segment goes on behind its last sound block: damaged, or a write under way or cut short. */
  | { readonly kind: 'unfinished'; readonly where: string };

/** The segments of a directory in order, archived ones included; of one that is there both ways, the plain one. @throws JournalError `read-failed` */
export const listStored = async (fs: FileLayer, dir: string): Promise<StoredSegment[]> => {
  const found = new Map<number, StoredSegment>();
  for (const name of await namesIn(fs, dir)) {
    const plain = readSegmentName(name);
    const packed = readArchiveName(name);
    if (plain !== undefined) found.set(plain, { firstSeq: plain, name, times: undefined });
    else if (packed !== undefined && !found.has(packed.firstSeq))
      found.set(packed.firstSeq, { firstSeq: packed.firstSeq, name, times: packed });
  }
  return [...found.values()].sort((a, b) => a.firstSeq - b.firstSeq);
};

/**
 * Gives all blocks of a journal, archive and live segments, in order, up to where it ended when this began; reads only,
 * also while another process writes, archives and removes. A damaged block is passed over, and more of them up to the next
 * segment.
 * @throws JournalError `read-failed`
 */
export const storedBlocks = async function* (options: {
  readonly fs: FileLayer;
  readonly dir: string;
  readonly onGap: (gap: StoredGap) => void;
  /** Whether a segment is of interest. */
  readonly wanted?: (segment: StoredSegment) => boolean;
}): AsyncGenerator<Buffer> {
  const { fs, dir, onGap, wanted = () => true } = options;
  let segments = await listStored(fs, dir);
  const last = segments.at(-1);
  if (last === undefined) return;
  const end = { firstSeq: last.firstSeq, size: await fs.size(join(dir, last.name)) };
  let nextSeq: number | undefined = 1;
  let before: { kind: 'missing' | 'damaged'; where: string } = { kind: 'missing', where: dir };
  let segment = segments[0];
  while (segment !== undefined && segment.firstSeq <= end.firstSeq) {
    const { firstSeq } = segment;
    if (nextSeq !== undefined && nextSeq < firstSeq) onGap({ ...before, firstSeq: nextSeq, lastSeq: firstSeq - 1 });
    if (!wanted(segment)) nextSeq = undefined;
    else {
      const { file, packed, path } = await openStored(fs, dir, segment);
      let at: StreamEnd = { offset: 0, nextSeq: firstSeq, fault: undefined };
      if (file !== undefined) {
        try {
          const size = firstSeq === end.firstSeq && !packed ? end.size : await file.size();
          const onDamaged = ({ offset, ...numbers }: DamagedBlock): void =>
            onGap({ kind: 'damaged', ...numbers, where: `${path} at ${offset}: its checksum does not fit` });
          at = yield* readBlocks(file, { firstSeq, size, packed, onDamaged });
        } finally {
          await file.close();
        }
      }
      const where = at.fault === undefined ? path : `${path} at ${at.offset}: ${at.fault}`;
      before = { kind: at.fault === undefined ? 'missing' : 'damaged', where };
      ({ nextSeq } = at);
      if (at.fault !== undefined && firstSeq === end.firstSeq) onGap({ kind: 'unfinished', where });
    }
    // Looked at anew: meanwhile segments may have been archived or removed.
    segments = await listStored(fs, dir);
    segment = segments.find((other) => other.firstSeq > firstSeq);
  }
};

interface OpenedSegment {
  /** Absent where it is not there any more. */
  readonly file: OpenFile | undefined;
  readonly packed: boolean;
  readonly path: string;
}

/** One that is gone may have been archived since it was listed. */
const openStored = async (fs: FileLayer, dir: string, segment: StoredSegment): Promise<OpenedSegment> => {
  const path = join(dir, segment.name);
  const file = await openExisting(fs, path);
  const packed = segment.times !== undefined;
  if (file !== undefined) return { file, packed, path };
  const now = (await listStored(fs, dir)).find(({ firstSeq }) => firstSeq === segment.firstSeq);
  if (now === undefined || now.name === segment.name) return { file, packed, path };
  return openStored(fs, dir, now);
};

const openExisting = async (fs: FileLayer, path: string): Promise<OpenFile | undefined> => {
  try {
    return await fs.open(path, 'read');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw new JournalError('read-failed', `cannot read the segment ${path}: ${messageOf(error)}`, error);
  }
};

const namesIn = async (fs: FileLayer, dir: string): Promise<string[]> => {
  try {
    return await fs.list(dir);
  } catch (error) {
    throw new JournalError('read-failed', `cannot read the journal in ${dir}: ${messageOf(error)}`, error);
  }
};
