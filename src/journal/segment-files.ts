import { join } from 'node:path';
import { messageOf } from '../fault.js';
import { AppendFile } from './append-file.js';
import { BlockChain, type Segment } from './block-chain.js';
import { otherBlockVersion } from './block.js';
import { type FileLayer, type OpenFile, readWhole } from './file-layer.js';
import { JournalError, systemCodeOf } from './journal-error.js';

const tornFilesKept = 16;
const copyBytes = 1024 * 1024;
const segmentName = /^(\d{16})\.seg$/;
const tornName = /^(\d{16})\.seg\.torn-(\d{1,9})$/;

/** What had to be cut off when the log was opened: bytes that are no whole block, and where they are kept. */
export interface Recovered {
  readonly tornBytes: number;
  /** Absent where nothing was torn, or where the bytes could not be kept (no room). */
  readonly tornFile: string | undefined;
}

/** The path of the segment that begins with this number. */
export const segmentPath = (dir: string, firstSeq: number): string =>
  join(dir, `${String(firstSeq).padStart(16, '0')}.seg`);

/** The number a segment begins with, by its file's name; undefined where it is not the name of one. */
export const readSegmentName = (name: string): number | undefined => {
  const firstSeq = Number(segmentName.exec(name)?.[1]);
  // No file of ours: numbers that large cannot be counted on from.
  return Number.isSafeInteger(firstSeq) ? firstSeq : undefined;
};

/** Makes the empty file of a segment. @throws JournalError `write-failed` */
export const createSegment = async (fs: FileLayer, dir: string, firstSeq: number): Promise<AppendFile> => {
  const path = segmentPath(dir, firstSeq);
  let file: AppendFile | undefined;
  try {
    file = new AppendFile(await fs.open(path, 'create'), { path, size: 0 });
    await fs.syncDir(dir);
    return file;
  } catch (error) {
    await file?.close();
    throw new JournalError('write-failed', `cannot begin the segment ${path}: ${messageOf(error)}`, error);
  }
};

/** The segments of a directory, oldest first. */
export const listSegments = async (fs: FileLayer, dir: string): Promise<Segment[]> => {
  const segments: Segment[] = [];
  for (const name of (await fs.list(dir)).sort()) {
    const firstSeq = readSegmentName(name);
    if (firstSeq === undefined) continue;
    segments.push({ firstSeq, bytes: await fs.size(join(dir, name)) });
  }
  return segments;
};

/** Reads the last segment whole, cuts off what is not an intact block, and says what the next number is. @throws JournalError `unknown-version` */
export const recoverSegment = async (options: {
  readonly fs: FileLayer;
  readonly dir: string;
  readonly segment: Segment;
  readonly file: OpenFile;
}): Promise<{ readonly nextSeq: number; readonly recovered: Recovered }> => {
  const { fs, dir, segment, file } = options;
  const chain = new BlockChain(file, { segment, verify: true });
  while ((await chain.next()) !== undefined);
  const tornBytes = segment.bytes - chain.offset;
  if (tornBytes === 0) return { nextSeq: chain.nextSeq, recovered: { tornBytes, tornFile: undefined } };
  await refuseOtherVersion(file, { path: segmentPath(dir, segment.firstSeq), from: chain.offset, bytes: tornBytes });
  const tornFile = await keepTornBytes({ fs, dir, segment, file, from: chain.offset });
  await file.truncate(chain.offset);
  await file.sync();
  segment.bytes = chain.offset;
  return { nextSeq: chain.nextSeq, recovered: { tornBytes, tornFile } };
};

/** What another version of the program wrote is whole, not torn. @throws JournalError `unknown-version` */
const refuseOtherVersion = async (
  file: OpenFile,
  { path, from, bytes }: { readonly path: string; readonly from: number; readonly bytes: number },
): Promise<void> => {
  const rest = Buffer.alloc(bytes);
  const version = otherBlockVersion(rest.subarray(0, await readWhole(file, rest, from)));
  if (version === undefined) return;
  throw new JournalError(
    'unknown-version',
    `${path} has a block of format version ${version} at ${from}, which this program does not know; start the version that wrote it, or another data directory`,
  );
};

/** Removes a segment's file and the torn bytes kept of it; any of them may be gone already. @throws JournalError `write-failed` */
export const removeSegment = async (fs: FileLayer, dir: string, firstSeq: number): Promise<void> => {
  const torn = (await tornFiles(fs, dir)).filter(({ segment }) => segment <= firstSeq);
  for (const { name } of torn) await unlinkIfThere(fs, join(dir, name));
  await unlinkIfThere(fs, segmentPath(dir, firstSeq));
};

/** Removes a file that may be gone already. @throws JournalError `write-failed` */
export const unlinkIfThere = async (fs: FileLayer, path: string): Promise<void> => {
  try {
    await fs.unlink(path);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return;
    throw new JournalError('write-failed', `cannot remove ${path}: ${messageOf(error)}`, error);
  }
};

const keepTornBytes = async (options: {
  readonly fs: FileLayer;
  readonly dir: string;
  readonly segment: Segment;
  readonly file: OpenFile;
  readonly from: number;
}): Promise<string | undefined> => {
  const { fs, dir, segment, file } = options;
  const kept = await tornFiles(fs, dir);
  const path = `${segmentPath(dir, segment.firstSeq)}.torn-${(kept.at(-1)?.number ?? 0) + 1}`;
  try {
    const copy = await fs.open(path, 'create');
    try {
      await copyTail(file, new AppendFile(copy, { path, size: 0 }), { from: options.from, to: segment.bytes });
    } finally {
      await copy.close();
    }
    for (const { name } of kept.slice(0, Math.max(0, kept.length + 1 - tornFilesKept)))
      await fs.unlink(join(dir, name));
    return path;
  } catch {
    // A courtesy to whoever investigates; no room for it must not stop the start. The caller reports bytes without a file.
    return undefined;
  }
};

const tornFiles = async (fs: FileLayer, dir: string): Promise<{ name: string; segment: number; number: number }[]> => {
  const found: { name: string; segment: number; number: number }[] = [];
  for (const name of await namesIn(fs, dir)) {
    const [, segment, number] = tornName.exec(name) ?? [];
    if (number !== undefined) found.push({ name, segment: Number(segment), number: Number(number) });
  }
  return found.sort((a, b) => a.number - b.number);
};

const namesIn = async (fs: FileLayer, dir: string): Promise<string[]> => {
  try {
    return await fs.list(dir);
  } catch (error) {
    throw new JournalError('read-failed', `cannot list ${dir}: ${messageOf(error)}`, error);
  }
};

const copyTail = async (from: OpenFile, to: AppendFile, range: { from: number; to: number }): Promise<void> => {
  const buffer = Buffer.allocUnsafe(Math.min(copyBytes, range.to - range.from));
  for (let at = range.from; at < range.to; ) {
    const count = await readWhole(from, buffer.subarray(0, Math.min(buffer.length, range.to - at)), at);
    if (count === 0) return;
    await to.write(buffer.subarray(0, count));
    at += count;
  }
};
