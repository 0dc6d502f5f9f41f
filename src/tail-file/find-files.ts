import type { Dirent } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from './error-code.js';
import { isPattern, parseGlob, type Segment } from './glob.js';

/** Finds what an absolute path or path pattern names now. */
export class FileFinder {
  /** Directories that do not come from wildcards: everything the pattern can match is below them. */
  readonly roots: readonly string[];
  /** Levels below the roots that can matter; undefined: any (`**`). */
  readonly depth: number | undefined;
  readonly #pattern: string;
  readonly #alternatives: readonly (readonly Segment[])[];
  readonly #most: number;

  /**
   * @param most paths found at once, at the most.
   * @throws RangeError where the pattern is not one.
   */
  constructor(pattern: string, most: number) {
    this.#pattern = pattern;
    this.#most = most;
    this.#alternatives = parseGlob(pattern);
    this.roots = [...new Set(this.#alternatives.map(rootOf))];
    const depths = this.#alternatives.map((segments) => segments.length - fixedCount(segments) - 1);
    const unbounded = this.#alternatives.some((segments) => segments.some(({ kind }) => kind === 'any'));
    this.depth = unbounded ? undefined : Math.max(...depths);
  }

  /** Paths of files (not directories), sorted; `tooMany`: there were more. A name with wildcards in it that is there is found too. */
  async find(): Promise<{ readonly paths: readonly string[]; readonly tooMany: boolean }> {
    const found = new Set<string>();
    if (isPattern(this.#pattern) && (await kindOf(this.#pattern)) === 'file') found.add(this.#pattern);
    for (const segments of this.#alternatives) await this.#walk('', segments.slice(1), found, new Set());
    return { paths: [...found].sort(), tooMany: found.size >= this.#most };
  }

  /** Whether a file of this name (without directories) may be one that is named. */
  mayName(name: string): boolean {
    return this.#alternatives.some((segments) => {
      const last = segments.at(-1) ?? anyName;
      return last.kind === 'any' || (last.kind === 'text' ? last.text === name : last.matches(name));
    });
  }

  /** Those of these files, which are there, that `find` would find: without looking at any other. */
  async named(paths: readonly string[]): Promise<readonly string[]> {
    const below = new Map<string, boolean>();
    const isBelow = async (root: string, directory: string): Promise<boolean> => {
      const known = below.get(directory) ?? (await leadsStraight(root, directory));
      below.set(directory, known);
      return known;
    };
    const named: string[] = [];
    for (const path of paths) {
      const names = path.split('/').slice(1);
      for (const segments of this.#alternatives.filter((each) => matchesAll(each.slice(1), names))) {
        const hasAny = segments.some(({ kind }) => kind === 'any');
        if (hasAny && !(await isBelow(rootOf(segments), dirname(path)))) continue;
        named.push(path);
        break;
      }
    }
    return named;
  }

  async #walk(directory: string, segments: readonly Segment[], found: Set<string>, seen: Set<string>): Promise<void> {
    const [segment, ...rest] = segments;
    if (segment === undefined || found.size >= this.#most) return;
    if (segment.kind === 'text') {
      await this.#enter(`${directory}/${segment.text}`, rest, found, seen);
    } else if (segment.kind === 'wildcard') {
      for (const entry of await entriesOf(directory)) {
        if (!segment.matches(entry.name)) continue;
        const path = `${directory}/${entry.name}`;
        if (rest.length > 0 || !entry.isFile()) await this.#enter(path, rest, found, seen);
        else if (found.size < this.#most) found.add(path);
      }
    } else {
      const here = `${rest.length}:${directory}`;
      if (seen.has(here)) return;
      seen.add(here);
      await this.#walk(directory, rest.length === 0 ? [anyName] : rest, found, seen);
      for (const entry of await entriesOf(directory)) {
        if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
        await this.#walk(`${directory}/${entry.name}`, segments, found, seen);
      }
    }
  }

  async #enter(path: string, rest: readonly Segment[], found: Set<string>, seen: Set<string>): Promise<void> {
    if (rest.length > 0) await this.#walk(path, rest, found, seen);
    else if (found.size < this.#most && (await kindOf(path)) === 'file') found.add(path);
  }
}

const anyName: Segment = { kind: 'wildcard', matches: (name) => !name.startsWith('.') };

/** At most segments × names steps, thanks to what is known of each pair. */
const matchesAll = (segments: readonly Segment[], names: readonly string[]): boolean => {
  let reached = new Set([0]);
  for (const [index, segment] of segments.entries()) {
    const next = new Set<number>();
    for (const at of reached) {
      const name = names[at] ?? '';
      if (segment.kind !== 'any') {
        if (at < names.length && (segment.kind === 'text' ? segment.text === name : segment.matches(name))) {
          next.add(at + 1);
        }
      } else if (index === segments.length - 1) {
        if (names.slice(at).every((each) => !each.startsWith('.')) && at < names.length) next.add(names.length);
      } else {
        for (let to = at; to <= names.length; to += 1) {
          next.add(to);
          if (names[to]?.startsWith('.') === true) break;
        }
      }
    }
    reached = next;
  }
  return reached.has(names.length);
};

/** Whether no link lies on the way: `**` enters no directory through one. */
const leadsStraight = async (root: string, directory: string): Promise<boolean> => {
  try {
    return (await realpath(directory)) === join(await realpath(root), directory.slice(root.length));
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
};

const fixedCount = (segments: readonly Segment[]): number => {
  const wild = segments.findIndex(({ kind }) => kind !== 'text');
  return wild === -1 ? segments.length - 1 : wild;
};

const rootOf = (segments: readonly Segment[]): string => {
  const fixed = segments.slice(0, fixedCount(segments));
  return fixed.map((segment) => (segment.kind === 'text' ? segment.text : '')).join('/') || '/';
};

/** Directories that cannot be read have nothing to be found in them; following a file in one reports it. */
const entriesOf = async (directory: string): Promise<readonly Dirent[]> => {
  try {
    const entries = await readdir(directory === '' ? '/' : directory, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return [];
  }
};

/** Links count as what they lead to; a dangling one as a file, to be waited for. */
const kindOf = async (path: string): Promise<'file' | 'directory' | undefined> => {
  for (const look of [stat, lstat]) {
    try {
      const stats = await look(path);
      if (stats.isDirectory()) return 'directory';
      return stats.isFile() || stats.isSymbolicLink() ? 'file' : undefined;
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
    }
  }
  return undefined;
};
