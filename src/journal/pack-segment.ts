import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { messageOf } from '../fault.js';
import { AppendFile } from './append-file.js';
import { type ArchivedSegment, archiveName, readArchiveName } from './archived-segment.js';
import { BlockChain, type Segment } from './block-chain.js';
import { BlockReader } from './block.js';
import { type FileLayer, type OpenFile, readWhole } from './file-layer.js';
import { JournalError } from './journal-error.js';
import { segmentPath, unlinkIfThere } from './segment-files.js';

const compress = promisify(gzip);
const pieceBytes = 1024 * 1024;
/** Logs are much the same line over and over: higher levels take several times as long for little. */
const level = 3;
const longestPauseMs = 250;

/** Which segment to compress, and how. */
export interface PackOptions {
  readonly fs: FileLayer;
  readonly dir: string;
  readonly segment: Segment;
  /** Ends it early: it rejects then, and leaves nothing behind. */
  readonly signal: AbortSignal;
}

/**
 * Compresses a finished segment into an archived one beside it, which appears whole and safe on disk or not at all. The
 * segment itself stays. Piece by piece, with a pause as long as each took: whatever receives goes first.
 * @throws JournalError `write-failed`
 */
export const packSegment = async (options: PackOptions): Promise<ArchivedSegment> => {
  const { fs, dir, segment } = options;
  const path = segmentPath(dir, segment.firstSeq);
  const temporary = `${path}.gz.tmp`;
  let from: OpenFile | undefined;
  let to: AppendFile | undefined;
  try {
    from = await fs.open(path, 'read');
    const name = archiveName(segment.firstSeq, await timesOf(from, segment));
    to = new AppendFile(await fs.open(temporary, 'create'), { path: temporary, size: 0 });
    await copyPacked(from, to, options);
    await to.sync();
    await fs.rename(temporary, join(dir, name));
    await fs.syncDir(dir);
    return archived(name, to.size);
  } catch (error) {
    await unlinkIfThere(fs, temporary).catch(() => undefined); // Removed at the next start at the latest; the first error is told.
    throw new JournalError('write-failed', `cannot keep the segment ${path} compressed: ${messageOf(error)}`, error);
  } finally {
    await from?.close();
    await to?.close();
  }
};

const archived = (name: string, bytes: number): ArchivedSegment => {
  const said = readArchiveName(name);
  if (said === undefined) throw new RangeError(`${name} is no name of an archived segment`);
  return { ...said, bytes };
};

/** Each piece is a gzip member of its own; a file of many is as good as one to whoever unpacks it. */
const copyPacked = async (from: OpenFile, to: AppendFile, { segment, signal }: PackOptions): Promise<void> => {
  const piece = Buffer.allocUnsafeSlow(Math.max(1, Math.min(pieceBytes, segment.bytes)));
  for (let at = 0; at < segment.bytes || at === 0; ) {
    const began = performance.now();
    const count = await readWhole(from, piece, at);
    await to.write(await compress(piece.subarray(0, count), { level }));
    if (count < piece.length) return;
    at += count;
    await pause(Math.min(performance.now() - began, longestPauseMs), undefined, { signal });
  }
};

/** Earliest and latest time of receipt of the entries that can be read; 0 where no entry has one. */
const timesOf = async (file: OpenFile, segment: Segment): Promise<{ readonly from: number; readonly to: number }> => {
  let from = Infinity;
  let to = 0;
  const chain = new BlockChain(file, { segment, verify: true });
  while ((await chain.next()) !== undefined) {
    const reader = new BlockReader(chain.bytes);
    while (reader.next()) {
      if (reader.receivedAt <= 0) continue;
      from = Math.min(from, reader.receivedAt);
      to = Math.max(to, reader.receivedAt);
    }
  }
  return { from: Math.min(from, to), to };
};
