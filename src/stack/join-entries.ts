import { isDeepStrictEqual } from 'node:util';
import type { Fault } from '../fault.js';
import type { StackEntry } from './stack-file.js';

/** Joins the entries of several stacks: the same entry in two of them runs once, two different ones under one name are a fault. */
export const joinEntries = (entries: readonly StackEntry[], faults: Fault[]): StackEntry[] => {
  const joined = new Map<string, StackEntry>();
  for (const entry of entries) {
    const earlier = joined.get(entry.name);
    if (earlier === undefined) {
      joined.set(entry.name, entry);
      continue;
    }
    const plain = ({ use, when, maxAgeMs, options }: StackEntry): unknown[] => [use, when, maxAgeMs, options];
    if (isDeepStrictEqual(plain(earlier), plain(entry))) continue;
    const other = `another name (with use: ${entry.use})`;
    const message = `is also, and differently, at ${earlier.locate([])}; one of the two under ${other} would be right`;
    faults.push({ where: entry.locate([]), message });
  }
  return [...joined.values()];
};
