import { join } from 'node:path';
import type { FileLayer } from './file-layer.js';

/** A segment kept compressed after the journal needed it no more: gzip of the very bytes of its file. */
export interface ArchivedSegment {
  readonly firstSeq: number;
  /** Time of receipt of its earliest and latest entry, ms since the epoch; in whole seconds, never too narrow. */
  readonly from: number;
  readonly to: number;
  readonly name: string;
  /** As it lies on disk. */
  readonly bytes: number;
}

const archivedName = /^(\d{16})\.(\d{8}T\d{6}Z)-(\d{8}T\d{6}Z)\.seg\.gz$/;
const unfinishedName = /^\d{16}\.seg\.gz\.tmp$/;
/** The last second that four digits of a year can name. */
const latestMs = Date.UTC(9999, 11, 31, 23, 59, 59);

const stamp = (ms: number): string =>
  `${new Date(Math.min(Math.max(ms, 0), latestMs)).toISOString().slice(0, 19).replace(/[-:]/gu, '')}Z`;

const timeOf = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u, '$1-$2-$3T$4:$5:$6Z'));

/** The file name of an archived segment; names sort by number. */
export const archiveName = (firstSeq: number, times: { readonly from: number; readonly to: number }): string => {
  const to = Math.ceil(times.to / 1000) * 1000;
  return `${String(firstSeq).padStart(16, '0')}.${stamp(times.from)}-${stamp(to)}.seg.gz`;
};

/** What an archived segment's name says; undefined where it is not the name of one. */
export const readArchiveName = (name: string): Omit<ArchivedSegment, 'bytes'> | undefined => {
  const [, firstSeq = '', from = '', to = ''] = archivedName.exec(name) ?? [];
  if (firstSeq === '') return undefined;
  const times = { from: timeOf(from), to: timeOf(to) };
  if (Number.isNaN(times.from) || Number.isNaN(times.to)) return undefined;
  return { firstSeq: Number(firstSeq), ...times, name };
};

/** Whether a file is what compressing left when it was interrupted. */
export const isUnfinishedArchive = (name: string): boolean => unfinishedName.test(name);

/** The archived segments of a directory, oldest first. */
export const listArchived = async (fs: FileLayer, dir: string): Promise<ArchivedSegment[]> => {
  const found: ArchivedSegment[] = [];
  for (const name of (await fs.list(dir)).sort()) {
    const said = readArchiveName(name);
    if (said !== undefined) found.push({ ...said, bytes: await fs.size(join(dir, name)) });
  }
  return found;
};
