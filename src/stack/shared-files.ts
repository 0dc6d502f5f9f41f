import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Fault, messageOf } from '../fault.js';

/** What a listener of a stack writes. */
export interface WrittenFiles {
  readonly listener: string;
  /** Its place in the stack file. */
  readonly where: string;
  /** Its files; relative ones from the log directory on. `*` in the last name stands for anything. */
  readonly paths: readonly string[];
}

const mostLinks = 40;

const linkAt = (path: string): string | undefined => {
  try {
    return resolve(dirname(path), readlinkSync(path));
  } catch {
    return undefined; // No link, or nothing there.
  }
};

/** Where a path leads, whatever of it is there already. */
const placeOf = (path: string, links = 0): string => {
  try {
    return realpathSync(path);
  } catch {
    const target = links < mostLinks ? linkAt(path) : undefined;
    if (target !== undefined) return placeOf(target, links + 1);
    const parent = dirname(path);
    return parent === path ? path : join(placeOf(parent, links), basename(path));
  }
};

const nameMatches = (pattern: string, name: string): boolean => {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === name;
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after);
};

const isShared = (one: string, other: string): boolean => {
  if (dirname(one) !== dirname(other)) return false;
  const names = [basename(one), basename(other)] as const;
  return nameMatches(names[0], names[1]) || nameMatches(names[1], names[0]);
};

/** A fault for each file that two listeners would write, or one listener twice, by whatever name. */
export const findSharedFiles = (written: readonly WrittenFiles[], logDir: string): Fault[] => {
  const faults: Fault[] = [];
  const seen: { readonly listener: string; readonly path: string; readonly place: string }[] = [];
  for (const { listener, where, paths } of written) {
    for (const path of paths) {
      const place = placeOf(resolve(logDir, path));
      const other = seen.find((one) => isShared(one.place, place));
      seen.push({ listener, path, place });
      if (other === undefined) continue;
      const who = other.listener === listener ? `${listener} twice` : `${other.listener} and ${listener} both`;
      const which = other.path === path ? path : `${other.path} and ${path}, the same file`;
      faults.push({ where, message: `${who} would write ${which}; a file of its own for each would be right` });
    }
  }
  return faults;
};

/** What a listener says it writes, or the fault in its saying so. */
export const pathsOf = (say: () => readonly string[]): readonly string[] | { readonly fault: string } => {
  try {
    return say();
  } catch (cause) {
    return { fault: `its files cannot be told: ${messageOf(cause)}` };
  }
};
