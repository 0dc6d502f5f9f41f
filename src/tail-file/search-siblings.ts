import { basename, dirname, join } from 'node:path';
import { errorCode } from './error-code.js';
import { beginsWith } from './fingerprint.js';
import { identityOf, leadsTo, type FollowSettings } from './chain-file.js';
import { FollowedFile } from './followed-file.js';
import { GzipFile } from './gzip-file.js';
import type { KnownFiles } from './known-files.js';
import type { FilePosition } from './position.js';
import { listSiblings, namesIn, parseRotatedName, statSibling, type RotatedName, type Sibling } from './siblings.js';

/** A file opened at its beginning. */
export type Opened = FollowedFile | GzipFile;

/** What a search for rotated files needs to know. */
export interface Search {
  /** Path whose rotated siblings are searched, symbolic links resolved. */
  readonly path: string;
  /** The file to be found again. */
  readonly wanted: FilePosition;
  /** It is still open: only its place among the siblings is wanted. */
  readonly stillOpen: boolean;
  /** Files last written in the same instant as it count as later ones. */
  readonly sameInstantIsLater: boolean;
  /** Files of any other name in the directory are looked at too, by inode. */
  readonly anyName: boolean;
  /** This file, wherever it has been rotated to meanwhile, and what was rotated after it, are none of this search. */
  readonly upTo?: FollowedFile | undefined;
  /** Files created before (ns since the epoch) are none of this search; compressed ones are always newer than their lines. */
  readonly bornSinceNs?: bigint | undefined;
  readonly known: KnownFiles;
  readonly settings: FollowSettings;
  readonly now: number;
}

/** What was found, each open at its beginning and to be closed by the caller. */
export interface Found {
  /** The wanted file, or a copy that has everything that was read of it and more. */
  readonly wanted: Opened | undefined;
  /** The wanted file is somewhere among the siblings, opened or not. */
  readonly seen: boolean;
  /** Files rotated after it that nobody has read, oldest first. */
  readonly later: readonly Opened[];
  /** Siblings that could not be read, and why. */
  readonly unreadable: readonly string[];
  /** What may have been missed, and why; undefined: nothing. */
  readonly doubt?: string | undefined;
}

const mostOpened = 64;
/** A rotation renames many files within a millisecond and then leaves them alone. */
const mostAttempts = 20;
const mostNames = 10_000;
const anyRotation: RotatedName = { scheme: 'counter', family: '', numbers: [], packing: 'plain' };

/**
 * Looks for a file among the rotated siblings of a path, by inode and by what it begins with, and for those that came
 * after it. One that was empty has nothing to be known by: all siblings written since are taken for what came after it.
 */
export const searchSiblings = async (search: Search): Promise<Found> => {
  for (let attempt = 1; ; attempt += 1) {
    const { settled, ...found } = await searchOnce({ ...search, moved: false });
    if (settled) return found;
    if (attempt === mostAttempts) return { ...found, doubt: 'was rotated again and again while it was looked for' };
    await found.wanted?.close();
    for (const file of found.later) await file.close();
  }
};

/** One attempt at it. */
interface Attempt extends Search {
  /** Files were renamed while it ran. */
  moved: boolean;
}

/** Names stand for the same files before and after, or what was seen under them does not hold together. */
const searchOnce = async (search: Attempt): Promise<Found & { readonly settled: boolean }> => {
  const unreadable: string[] = [];
  await search.upTo?.look(search.now);
  await search.upTo?.takeInHead();
  const listed = await listSiblings(search.path);
  const siblings = withoutHalfPacked(listed);
  const wasEmpty = search.wanted.head.bytes === 0 && !search.stillOpen;
  const place = wasEmpty ? undefined : await findPlace(search, siblings, unreadable);
  const after = laterThan(search, siblings, place?.sibling);
  const { later, reached } = await openNews(search, after, unreadable);
  const identity = identityOf(search.wanted);
  const seen = place !== undefined || (wasEmpty && siblings.some((sibling) => identityOf(sibling) === identity));
  const again = listed.length === 0 ? listed : await listSiblings(search.path);
  const settled = !search.moved && isSameListing(listed, again);
  const isCutOff = !seen && !wasEmpty && (reached || later.length > 0) && after[0] === siblings[0];
  const doubt = isCutOff ? 'was rotated so often that what was read last is no longer there' : undefined;
  return { wanted: place?.opened, seen, later, unreadable, doubt, settled };
};

/** Those of the siblings that nobody has read, up to the file that is none of this search: whether that was reached. */
const openNews = async (
  search: Attempt,
  siblings: readonly Sibling[],
  unreadable: string[],
): Promise<{ readonly later: readonly Opened[]; readonly reached: boolean }> => {
  const { upTo } = search;
  const later: Opened[] = [];
  for (const sibling of siblings) {
    if (identityOf(sibling) === upTo?.identity) return { later, reached: true };
    if (later.length === mostOpened) unreadable.push(`${sibling.path}: more than ${mostOpened} rotated files`);
    const opened = later.length < mostOpened ? await openSibling(search, sibling, unreadable) : undefined;
    if (opened === undefined) continue;
    const reached = isAlso(opened, upTo);
    if (!reached && (await isNews(search, opened))) later.push(opened);
    else await opened.close();
    if (reached) return { later, reached };
  }
  if (upTo === undefined || later.length === 0 || (await leadsTo(search.path, upTo.identity))) {
    return { later, reached: false };
  }
  for (const file of later) await file.close();
  return { later: [], reached: true };
};

const isSameListing = (before: readonly Sibling[], after: readonly Sibling[]): boolean => {
  const texts = (siblings: readonly Sibling[]): string =>
    siblings
      .map(({ packing, path, size, ...sibling }) => `${path} ${identityOf(sibling)} ${packing === 'plain' ? '' : size}`)
      .join('\n');
  return texts(before) === texts(after);
};

/** The same file, compressed since. */
const isAlso = (opened: Opened, file: FollowedFile | undefined): boolean =>
  file !== undefined &&
  file.head.length > 0 &&
  opened instanceof GzipFile &&
  opened.head.subarray(0, file.head.length).equals(file.head);

interface Place {
  readonly sibling: Sibling;
  readonly opened: Opened | undefined;
}

const findPlace = async (
  search: Attempt,
  siblings: readonly Sibling[],
  unreadable: string[],
): Promise<Place | undefined> => {
  const identity = identityOf(search.wanted);
  const same = siblings.find((sibling) => identityOf(sibling) === identity);
  if (same !== undefined && search.stillOpen) return { sibling: same, opened: undefined };
  const others = siblings.filter((sibling) => sibling !== same).reverse();
  const plain = others.filter(({ packing, size }) => packing === 'plain' && size >= search.wanted.offset);
  const gzip = others.filter(({ packing }) => packing === 'gzip');
  const renamed = search.anyName && same === undefined ? await byInode(search, siblings) : [];
  for (const sibling of [...(same === undefined ? [] : [same]), ...renamed, ...plain, ...gzip]) {
    const opened = await openSibling(search, sibling, unreadable);
    if (opened === undefined) continue;
    if (await isWanted(search, opened)) {
      if (!search.stillOpen) return { sibling, opened };
      await opened.close();
      return { sibling, opened: undefined };
    }
    await opened.close();
  }
  return undefined;
};

/** By inode alone where nothing was known of its contents, else by contents. */
const isWanted = async ({ wanted }: Search, opened: Opened): Promise<boolean> =>
  opened.identity === identityOf(wanted) || wanted.head.bytes > 0 ? opened.holds(wanted) : false;

/** Files of the directory that are no siblings by name and have the wanted inode. */
const byInode = async ({ path, wanted }: Search, siblings: readonly Sibling[]): Promise<readonly Sibling[]> => {
  const directory = dirname(path);
  const names = (await namesIn(directory)).slice(0, mostNames);
  for (const name of names) {
    const candidate = join(directory, name);
    if (candidate === path || parseRotatedName(basename(path), name) !== undefined) continue;
    const sibling = await statSibling(candidate, anyRotation);
    if (sibling !== undefined && identityOf(sibling) === identityOf(wanted)) return [sibling];
  }
  return siblings.slice(0, 0);
};

const laterThan = (search: Search, siblings: readonly Sibling[], place: Sibling | undefined): readonly Sibling[] => {
  if (place !== undefined && place.family !== '') {
    const after = siblings.slice(siblings.indexOf(place) + 1);
    return after.filter(({ family }) => family === place.family);
  }
  const since = BigInt(search.wanted.modifiedNs);
  const { bornSinceNs = 0n, sameInstantIsLater } = search;
  return siblings.filter(
    ({ modifiedNs, bornNs, packing }) =>
      (modifiedNs > since || (sameInstantIsLater && modifiedNs === since)) &&
      (packing !== 'plain' || bornNs >= bornSinceNs),
  );
};

/** Whether nobody reads or has read the file, and it is no copy of the wanted one. */
const isNews = async ({ known, wanted }: Search, opened: Opened): Promise<boolean> => {
  if (known.isClaimed(opened.identity) || beginsWith(opened.head, wanted.head)) return false;
  if (opened instanceof GzipFile && known.hasRead(opened.head)) return false;
  const remembered = known.remembered(opened.identity);
  return remembered === undefined || remembered.head.bytes === 0 || !(await opened.holds(remembered));
};

const openSibling = async (search: Attempt, sibling: Sibling, unreadable: string[]): Promise<Opened | undefined> => {
  if (sibling.packing === 'other') {
    unreadable.push(`${sibling.path}: this compression cannot be unpacked here, only .gz can`);
    return undefined;
  }
  const type = sibling.packing === 'gzip' ? GzipFile : FollowedFile;
  try {
    const opened = await type.open(sibling.path, search.now, search.settings);
    if (opened === undefined) return undefined;
    opened.base = search.path;
    if (opened.identity === identityOf(sibling)) return opened;
    search.moved = true;
    await opened.close();
    return undefined;
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    if (code === 'ENOENT') search.moved = true;
    else unreadable.push(`${sibling.path}: ${code}`);
    return undefined;
  }
};

/** While `x.1` is being compressed there is an unfinished `x.1.gz` beside it. */
const withoutHalfPacked = (siblings: readonly Sibling[]): readonly Sibling[] => {
  const plain = new Set(siblings.filter(({ packing }) => packing === 'plain').map(({ path }) => path));
  return siblings.filter(
    ({ path, packing }) => packing === 'plain' || !plain.has(path.slice(0, path.lastIndexOf('.'))),
  );
};
