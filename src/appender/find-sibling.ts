import { basename, dirname, extname, join } from 'node:path';
import { type AppendFiles, statIfThere } from './append-files.js';

/** A directory with more files is not searched to its end. */
const mostNames = 10_000;

/** The path under which a file is now that was at `path` once, also after a renaming within its directory; undefined where it is not found. */
export const findSibling = async (
  files: AppendFiles,
  path: string,
  wanted: { readonly dev: number; readonly ino: number },
): Promise<string | undefined> => {
  const isIt = async (candidate: string): Promise<boolean> => {
    const facts = await statIfThere(files, candidate);
    return facts !== undefined && facts.isFile() && facts.dev === wanted.dev && facts.ino === wanted.ino;
  };
  if (await isIt(path)) return path;
  const dir = dirname(path);
  const stem = basename(path, extname(path));
  const names = await files.readdir(dir);
  // Renamed files almost always begin as they did: events.jsonl.1, events-20261120.jsonl.
  const ordered = [...names.filter((name) => name.startsWith(stem)), ...names.filter((name) => !name.startsWith(stem))];
  for (const name of ordered.slice(0, mostNames)) {
    const candidate = join(dir, name);
    if (await isIt(candidate)) return candidate;
  }
  return undefined;
};
