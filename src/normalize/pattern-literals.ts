import type { Part } from './pattern-parts.js';

const MOST_PREFIXES = 64;
const LONGEST_PREFIX = 40;
/** A shorter beginning tells lines apart too badly where a longer literal stands elsewhere. */
const GOOD_PREFIX = 3;

/** How lines that may match are found: by what they begin with, or by what stands somewhere in them. */
export type Literals = { readonly prefixes: readonly string[] } | { readonly inner: string };

interface Path {
  readonly text: string;
  /** More literal text may follow. */
  readonly open: boolean;
}

const extend = (paths: readonly Path[], part: Part): Path[] => {
  const closed = (path: Path): Path => ({ text: path.text, open: false });
  if (part.kind === 'edge') return [...paths];
  if (part.max > 1 || part.kind === 'set') {
    return paths.map(closed);
  }
  const extended = paths.flatMap((path) => {
    if (!path.open || path.text.length >= LONGEST_PREFIX) return [closed(path)];
    const longer: Path[] =
      part.kind === 'char'
        ? [{ text: path.text + part.char, open: true }]
        : part.branches.flatMap((branch) => branch.reduce<Path[]>(extend, [path]));
    return part.min === 0 ? [path, ...longer] : longer;
  });
  return extended.length > MOST_PREFIXES ? paths.map(closed) : extended;
};

const prefixesOf = (parts: readonly Part[]): string[] => {
  const texts = new Set(parts.reduce<Path[]>(extend, [{ text: '', open: true }]).map(({ text }) => text));
  const isCovered = (text: string): boolean => [...texts].some((other) => other !== text && text.startsWith(other));
  return [...texts].filter((text) => !isCovered(text));
};

/** Runs of characters that stand in every match, in ASCII. */
const runsOf = (parts: readonly Part[]): string[] => {
  const runs = [''];
  for (const part of parts) {
    if (part.kind === 'edge') continue;
    if (part.kind === 'char' && part.min === 1 && part.max === 1 && part.char < '\x80') {
      runs.push((runs.pop() ?? '') + part.char);
    } else if (part.kind === 'group' && part.min >= 1 && part.branches.length === 1) {
      runs.push(...runsOf(part.branches[0] ?? []), '');
    } else runs.push('');
  }
  return runs;
};

/** The literal text by which lines for an anchored pattern are found; undefined where it has none of 2 characters. */
export const requiredLiterals = (parts: readonly Part[]): Literals | undefined => {
  const prefixes = prefixesOf(parts);
  const shortest = Math.min(...prefixes.map(({ length }) => length));
  if (shortest >= GOOD_PREFIX) return { prefixes };
  const inner = runsOf(parts).reduce((best, run) => (run.length > best.length ? run : best), '');
  if (inner.length >= GOOD_PREFIX) return { inner };
  if (shortest >= 1) return { prefixes };
  return inner.length >= 2 ? { inner } : undefined;
};
