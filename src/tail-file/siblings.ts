import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode } from './error-code.js';

/** What a file's name says it is once rotated: the numbers in its suffix, and how it is packed. */
export interface RotatedName {
  /** `counter`: `.1` is newer than `.2`. `date`: `-20250131` is older than `-20250201`. */
  readonly scheme: 'counter' | 'date';
  /** Names of one rotation have one family: the scheme and the sign before the number. */
  readonly family: string;
  readonly numbers: readonly number[];
  /** `other`: packed in a way that cannot be unpacked here (xz, zst, bz2, …). */
  readonly packing: 'plain' | 'gzip' | 'other';
}

/** A file beside the one followed whose name says that it was rotated away from there. */
export interface Sibling extends RotatedName {
  readonly path: string;
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: number;
  readonly modifiedNs: bigint;
  /** When it was created, where the file system says so. */
  readonly bornNs: bigint;
}

const packed = /\.(gz|xz|zst|bz2|lz4|lzma|zip|Z)$/;
const rotation = /^(?:\.old|\.bak|[.\-_]\d[\d.\-_T:]{0,40})$/;
const mostSiblings = 1000;

/** Whether the name says that the file is compressed. */
export const isPacked = (path: string): boolean => packed.test(path);

/**
 * Reads `name` as a rotated form of `base`: `base.1`, `base.1.gz`, `base-20250131`, `base.old`, and with the extension
 * kept at the end (logrotate's `extension`) `stem-20250131.ext`, `stem.1.ext`. Undefined where it is not one.
 */
export const parseRotatedName = (base: string, name: string): RotatedName | undefined => {
  const ending = packed.exec(name);
  const unpacked = ending === null ? name : name.slice(0, ending.index);
  const suffix = suffixOf(base, unpacked);
  if (suffix === undefined || !rotation.test(suffix)) return undefined;
  const digits: readonly string[] = suffix.match(/\d+/g) ?? ['1'];
  const scheme = (digits[0] ?? '').length >= 6 || digits.length >= 3 ? 'date' : 'counter';
  return {
    scheme,
    family: `${scheme} ${suffix.charAt(0)}`,
    numbers: digits.map(Number),
    packing: ending === null ? 'plain' : ending[1] === 'gz' ? 'gzip' : 'other',
  };
};

const suffixOf = (base: string, name: string): string | undefined => {
  if (name.length <= base.length) return undefined;
  if (name.startsWith(base)) return name.slice(base.length);
  const dot = base.lastIndexOf('.');
  if (dot <= 0) return undefined;
  const [stem, extension] = [base.slice(0, dot), base.slice(dot)];
  const fits = name.startsWith(stem) && name.endsWith(extension);
  return fits ? name.slice(stem.length, name.length - extension.length) : undefined;
};

/** The names a file of this name may have had before it was rotated, by the forms `parseRotatedName` knows. */
export const namesBeforeRotation = (name: string): readonly string[] => {
  const bases: string[] = [];
  for (const found of name.matchAll(/[.\-_](?:\d(?:[\d.\-_T:]*\d)?|old|bak)/g)) {
    const before = name.slice(0, found.index);
    const after = name.slice(found.index + found[0].length);
    for (const base of [before, before + after]) {
      if (base !== '' && parseRotatedName(base, name) !== undefined && !bases.includes(base)) bases.push(base);
    }
  }
  return bases;
};

/** The rotated siblings of `path`, oldest first. None where the directory cannot be read. */
export const listSiblings = async (path: string): Promise<readonly Sibling[]> => {
  const directory = dirname(path);
  const base = basename(path);
  const found: Sibling[] = [];
  for (const name of await namesIn(directory)) {
    const rotated = parseRotatedName(base, name);
    if (rotated === undefined || found.length >= mostSiblings) continue;
    const sibling = await statSibling(join(directory, name), rotated);
    if (sibling !== undefined) found.push(sibling);
  }
  return found.sort(ageOrder(found));
};

/** A regular file of this name as a sibling; undefined where there is none. */
export const statSibling = async (path: string, rotated: RotatedName): Promise<Sibling | undefined> => {
  try {
    const stats = await stat(path, { bigint: true });
    if (!stats.isFile()) return undefined;
    const { dev: device, ino: inode, mtimeNs: modifiedNs, birthtimeNs: bornNs } = stats;
    return { ...rotated, path, device, inode, size: Number(stats.size), modifiedNs, bornNs };
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
};

/** The names in a directory; none where it cannot be read, which following the path itself reports. */
export const namesIn = async (directory: string): Promise<readonly string[]> => {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return [];
  }
};

/** By the names where all follow one scheme, else by when they were last written. */
const ageOrder = (all: readonly Sibling[]): ((a: Sibling, b: Sibling) => number) => {
  const scheme = all[0]?.scheme;
  if (all.some((sibling) => sibling.scheme !== scheme)) return byTime;
  return scheme === 'counter' ? (a, b) => byNumbers(b, a) || byTime(a, b) : (a, b) => byNumbers(a, b) || byTime(a, b);
};

const byTime = (a: Sibling, b: Sibling): number =>
  a.modifiedNs === b.modifiedNs ? a.path.localeCompare(b.path) : a.modifiedNs < b.modifiedNs ? -1 : 1;

const byNumbers = (a: Sibling, b: Sibling): number => {
  const length = Math.max(a.numbers.length, b.numbers.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (a.numbers[index] ?? -1) - (b.numbers[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
};
