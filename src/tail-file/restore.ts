import { realpath } from 'node:fs/promises';
import { errorCode } from './error-code.js';
import { identityOf, type FollowSettings } from './chain-file.js';
import { FollowedFile } from './followed-file.js';
import type { KnownFiles } from './known-files.js';
import type { FilePosition, TailPosition } from './position.js';
import { searchSiblings, type Found, type Opened } from './search-siblings.js';

/** What a restart has to go on with besides the file the path names now. */
export interface Restored {
  /** Rotated files with their unread rest, and those rotated since, oldest first. */
  readonly files: readonly Opened[];
  /** Files of the position that were not found again. */
  readonly lost: readonly FilePosition[];
  /** Rotated files that could not be read, and why. */
  readonly unreadable: readonly string[];
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
 * Finds the files of an earlier run's position again: under the path itself (then `known` remembers the place for
 * whoever opens it), or among its rotated siblings, by inode or by what they begin with.
 */
export const restore = async (options: RestoreOptions): Promise<Restored> => {
  const files: Opened[] = [];
  const lost: FilePosition[] = [];
  const unreadable: string[] = [];
  const newest = options.position.files.at(-1);
  for (const wanted of options.position.files) {
    const isThere = await isUnderPath(options, wanted);
    if (isThere && (wanted !== newest || wanted.head.bytes > 0)) continue;
    const found = await find(options, wanted, isThere);
    if (found.wanted !== undefined) {
      await found.wanted.resume(wanted);
      files.push(found.wanted);
    } else if (!found.seen && !isThere) lost.push(wanted);
    for (const file of found.later) {
      if (wanted === newest && files.every(({ identity }) => identity !== file.identity)) files.push(file);
      else await file.close();
    }
    unreadable.push(...found.unreadable);
  }
  return { files, lost, unreadable };
};

/** Whether the path still, or again, leads to the file. */
const isUnderPath = async ({ path, known, settings, now }: RestoreOptions, wanted: FilePosition): Promise<boolean> => {
  const file = await openQuietly(path, now, settings);
  if (file === undefined) return false;
  const same = (file.identity === identityOf(wanted) || wanted.head.bytes > 0) && !wanted.gzip;
  const holds = same && (await file.holds(wanted));
  const { device, inode } = file.position();
  await file.close();
  if (holds) known.remember({ ...wanted, device, inode });
  return holds;
};

/** An empty file may have been written, copied and truncated since (copytruncate): then only the copies are wanted. */
const find = async (options: RestoreOptions, wanted: FilePosition, isThere: boolean): Promise<Found> => {
  const { known, settings, now } = options;
  const moved = isThere ? undefined : await openQuietly(wanted.path, now, settings);
  if (moved !== undefined && !wanted.gzip && wanted.head.bytes > 0 && (await moved.holds(wanted))) {
    return { wanted: moved, seen: true, later: [], unreadable: [] };
  }
  await moved?.close();
  const path = await resolved(options.path, wanted.path);
  return searchSiblings({
    path,
    wanted,
    stillOpen: isThere,
    sameInstantIsLater: false,
    anyName: true,
    known,
    settings,
    now,
  });
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

const resolved = async (path: string, otherwise: string): Promise<string> => {
  try {
    return await realpath(path);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return otherwise;
  }
};
