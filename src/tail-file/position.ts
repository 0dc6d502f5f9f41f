import type { Fingerprint } from './fingerprint.js';

/** How far one file has been read, and what tells it from others. Plain JSON. */
export type FilePosition = {
  /** The path whose file it was, symbolic links resolved. */
  readonly path: string;
  /** Decimal, since they may pass 2^53. */
  readonly device: string;
  readonly inode: string;
  /** Fingerprint of its first bytes. */
  readonly head: Fingerprint;
  /** Fingerprint of the bytes just before `offset`. */
  readonly mark: Fingerprint;
  /** Bytes (of a compressed file: once unpacked) up to here have been given out; the next line begins here. */
  readonly offset: number;
  /** Bytes it was seen to have; what lies between `offset` and it was unread. */
  readonly size: number;
  /** When it was last changed, ns since the epoch, in decimal. */
  readonly modifiedNs: string;
  /** The rest of the line at `offset` was too long and is to be passed over. */
  readonly skipping: boolean;
  readonly gzip: boolean;
};

/** Where to go on with one path after a restart: rotated files still being read, oldest first, then the one the path named. */
export type TailPosition = {
  readonly files: readonly FilePosition[];
};

/** Where a path named no file at that time (ns since the epoch). */
export const positionOfNothing = (path: string, ns: bigint): FilePosition => ({
  path,
  device: '0',
  inode: '0',
  head: nothing,
  mark: nothing,
  offset: 0,
  size: 0,
  modifiedNs: String(ns),
  skipping: false,
  gzip: false,
});

const nothing: Fingerprint = { bytes: 0, hash: '' };
const mostFiles = 64;

const isFingerprint = (value: unknown): value is Fingerprint =>
  isObject(value) && isCount(value['bytes']) && typeof value['hash'] === 'string';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const isFilePosition = (value: unknown): value is FilePosition =>
  isObject(value) &&
  ['path', 'device', 'inode', 'modifiedNs'].every((name) => typeof value[name] === 'string') &&
  isCount(value['offset']) &&
  isCount(value['size']) &&
  /^\d+$/.test(value['modifiedNs'] as string) &&
  isFingerprint(value['head']) &&
  isFingerprint(value['mark']) &&
  typeof value['skipping'] === 'boolean' &&
  typeof value['gzip'] === 'boolean';

/** Reads a stored position back; undefined where it is not one. */
export const parseTailPosition = (value: unknown): TailPosition | undefined => {
  if (!isObject(value) || !Array.isArray(value['files'])) return undefined;
  const files = value['files'] as readonly unknown[];
  return files.length <= mostFiles && files.every(isFilePosition) ? { files } : undefined;
};
