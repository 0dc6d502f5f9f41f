import { errorCode } from './error-code.js';
import { baseOf } from './base-of.js';
import { identityOf, type FollowSettings } from './chain-file.js';
import { FollowedFile } from './followed-file.js';
import type { KnownFiles } from './known-files.js';
import type { FilePosition, TailPosition } from './position.js';
import { searchSiblings, type Found, type Opened } from './search-siblings.js';

/** What a restart has to go on with. */
export interface Restored {
  /** The files of the position, at their places, and those rotated since, oldest first. */
  readonly files: readonly Opened[];
  /** Files of the position that were not found again. */
  readonly lost: readonly FilePosition[];
  /** Rotated files that could not be read, and why. */
  readonly unreadable: readonly string[];
  /** What came after them may be incomplete, and why; undefined: it is not. */
  readonly doubt: string | undefined;
}

/** What `restore` works with. */
export interface RestoreOptions {
  readonly path: string;
  readonly position: TailPosition;
  readonly known: KnownFiles;
  readonly settings: FollowSettings;
  readonly now: number;
}

/**
 * Finds the files of an earlier run's position again: under the path itself or among its rotated siblings, by inode or by what they begin with.
 */
export const restore = async (options: RestoreOptions): Promise<Restored> => {
  const files: Opened[] = [];
  const lost: FilePosition[] = [];
  const unreadable: string[] = [];
  const newest = options.position.files.at(-1);
  let doubt: string | undefined;
  for (const wanted of options.position.files) {
    const there = await underPath(options, wanted);
    const isDone = there !== undefined && (wanted !== newest || wanted.head.bytes > 0);
    const found = isDone ? nothing : await find(options, wanted, there !== undefined);
    const opened = there ?? found.wanted;
    if (opened === undefined && !found.seen) lost.push(wanted);
    await opened?.resume(wanted);
    if (opened !== undefined && there === undefined) files.push(opened);
    for (const file of found.later) {
      if (wanted === newest && files.every(({ identity }) => identity !== file.identity)) files.push(file);
      else await file.close();
    }
    if (there !== undefined) files.push(there);
    if (wanted === newest) doubt = found.doubt;
    unreadable.push(...found.unreadable);
  }
  return { files, lost, unreadable, doubt };
};

const nothing: Found = { wanted: undefined, seen: true, later: [], unreadable: [] };

/** The file, where the path still, or again, leads to it. */
const underPath = async (
  { path, settings, now }: RestoreOptions,
  wanted: FilePosition,
): Promise<FollowedFile | undefined> => {
  const file = await openQuietly(path, now, settings);
  if (file === undefined) return undefined;
  const same = (file.identity === identityOf(wanted) || wanted.head.bytes > 0) && !wanted.gzip;
  if (same && (await file.holds(wanted))) return file;
  await file.close();
  return undefined;
};

/** An empty file may have been written, copied and truncated since (copytruncate): then only the copies are wanted. */
const find = async (options: RestoreOptions, wanted: FilePosition, isThere: boolean): Promise<Found> => {
  const { known, settings, now } = options;
  const moved = isThere ? undefined : await openQuietly(wanted.path, now, settings);
  if (moved !== undefined && !wanted.gzip && wanted.head.bytes > 0 && (await moved.holds(wanted))) {
    return { wanted: moved, seen: true, later: [], unreadable: [] };
  }
  await moved?.close();
  const how = { stillOpen: isThere, sameInstantIsLater: false, anyName: true };
  return searchSiblings({ path: await baseOf(options.path), wanted, ...how, known, settings, now });
};

/** Following the path reports what is wrong with it; here only what can be opened matters. */
const openQuietly = async (path: string, now: number, settings: FollowSettings): Promise<FollowedFile | undefined> => {
  try {
    return await FollowedFile.open(path, now, settings);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
};
