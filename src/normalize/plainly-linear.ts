import type { Part } from './pattern-parts.js';

const MOST_PATHS = 256;

type Flat = (Part & { readonly kind: 'char' | 'set' }) | 'end';

/** Every way through the pattern without its choices; undefined where a group is repeated, looks around, or there are too many. */
const flatten = (parts: readonly Part[]): Flat[][] | undefined => {
  let paths: Flat[][] = [[]];
  for (const part of parts) {
    const ways = waysThrough(part);
    if (ways === undefined || paths.length * ways.length > MOST_PATHS) return undefined;
    paths = paths.flatMap((path) => ways.map((way) => [...path, ...way]));
  }
  return paths;
};

const waysThrough = (part: Part): Flat[][] | undefined => {
  if (part.kind === 'edge') return part.source === '$' && part.max === 1 && part.min === 1 ? [['end']] : undefined;
  if (part.kind !== 'group') return part.min === 0 && part.max === 1 ? [[], [{ ...part, min: 1 }]] : [[part]];
  if (part.max !== 1) return undefined;
  const ways: Flat[][] = part.min === 0 ? [[]] : [];
  for (const branch of part.branches) {
    const flat = flatten(branch);
    if (flat === undefined) return undefined;
    ways.push(...flat);
  }
  return ways;
};

const isOne = (part: Flat): part is Exclude<Flat, 'end'> => part !== 'end' && part.min === 1 && part.max === 1;
const varies = (part: Flat): part is Exclude<Flat, 'end'> => part !== 'end' && part.min !== part.max;

const matcher = (part: Exclude<Flat, 'end'>): ((char: string) => boolean) => {
  if (part.kind === 'char') return (char) => char === part.char;
  const regex = new RegExp(`^${part.source}$`, 's');
  return (char) => regex.test(char);
};

const disjoint = (left: Exclude<Flat, 'end'>, right: Exclude<Flat, 'end'>): boolean => {
  if (right.kind === 'char') return !matcher(left)(right.char);
  if (left.kind === 'char') return !matcher(right)(left.char);
  const inLeft = matcher(left);
  const inRight = matcher(right);
  for (let code = 0; code <= 0xffff; code += 1) {
    const char = String.fromCharCode(code);
    if (inLeft(char) && inRight(char)) return false;
  }
  return true;
};

/** What may stand right after position `at`. */
const nextParts = (path: readonly Flat[], at: number): Exclude<Flat, 'end'>[] => {
  const next: Exclude<Flat, 'end'>[] = [];
  for (let i = at + 1; i < path.length; i += 1) {
    const part = path[i];
    if (part === undefined || part === 'end') break;
    next.push(part);
    if (part.min > 0) break;
  }
  return next;
};

const isAnythingToTheEnd = (path: readonly Flat[], at: number): boolean => {
  const part = path[at];
  const followed = path.slice(at + 1).every((later) => later === 'end');
  return (
    part !== undefined &&
    part !== 'end' &&
    followed &&
    part.kind === 'set' &&
    part.source === '.' &&
    part.max === Infinity
  );
};

/** A repetition is settled where giving back a character never helps: what follows is none of its own, or nothing follows. */
const isSettled = (path: readonly Flat[], at: number): boolean => {
  const part = path[at];
  if (part === undefined || part === 'end' || !varies(part) || isAnythingToTheEnd(path, at)) return true;
  return nextParts(path, at).every((next) => disjoint(part, next));
};

/**
 * One repetition may be unsettled where a character follows that no later repetition takes: then each place of the text
 * is looked at for at most as many of its ends as that character stands in the rest of the pattern.
 */
const mayRoam = (path: readonly Flat[], at: number): boolean => {
  const first = path[at + 1];
  if (first === undefined || !isOne(first) || first.kind !== 'char') return false;
  return path
    .slice(at + 2)
    .every((part, i) => !varies(part) || isAnythingToTheEnd(path, at + 2 + i) || disjoint(part, first));
};

/**
 * True where matching is linear in the length of the text for a plain reason (flag `s`, anchored at the start); false says only that
 * the reason is not plain.
 */
export const isPlainlyLinear = (parts: readonly Part[]): boolean => {
  const [start, ...rest] = parts;
  if (start?.kind !== 'edge' || start.source !== '^') return false;
  const paths = flatten(rest);
  if (paths === undefined) return false;
  return paths.every((path) => {
    const unsettled = path.map((_, at) => at).filter((at) => !isSettled(path, at));
    return unsettled.length === 0 || (unsettled.length === 1 && mayRoam(path, unsettled[0] ?? 0));
  });
};
