import { messageOf } from '../fault.js';
import { AppendFile } from './append-file.js';
import { type GenerationFile, listGenerations, removeAll } from './checkpoint-files.js';
import { type FoundGeneration, readGeneration } from './checkpoint-read.js';
import type { CheckpointDamage } from './checkpoint-store.js';
import type { FileLayer, OpenFile } from './file-layer.js';
import { JournalError, systemCodeOf } from './journal-error.js';

/** The generation to go on with. */
interface LoadedGeneration {
  readonly generation: number;
  readonly file: AppendFile;
  readonly found: FoundGeneration;
  /** Whether an older generation is there to fall back to. */
  readonly hasPrevious: boolean;
}

/** What a directory holds. */
export interface LoadedDirectory {
  readonly current: LoadedGeneration | undefined;
  /** The highest generation ever seen here. */
  readonly highest: number;
  readonly damage: CheckpointDamage;
}

/**
 * Finds the newest generation with a valid commit, cuts off what follows it, and sets newer ones aside as `.damaged`.
 * @throws JournalError `unknown-version`, `read-failed`
 */
export const loadDirectory = async (fs: FileLayer, dir: string): Promise<LoadedDirectory> => {
  try {
    await fs.makeDir(dir);
    const files = await listGenerations(fs, dir);
    await removeAll(
      fs,
      files.flatMap(({ suffix, path }) => (suffix === '.tmp' ? [path] : [])),
    );
    return await newestValid(fs, dir, files);
  } catch (error) {
    if (error instanceof JournalError) throw error;
    throw new JournalError('read-failed', `cannot load the checkpoint in ${dir}: ${messageOf(error)}`, error);
  }
};

const newestValid = async (fs: FileLayer, dir: string, files: readonly GenerationFile[]): Promise<LoadedDirectory> => {
  const highest = files[0]?.generation ?? 0;
  const generations = files.filter(({ suffix }) => suffix === '');
  const setAside: string[] = [];
  for (const [index, { generation, path }] of generations.entries()) {
    const opened = await openGeneration(fs, path, generation);
    if (opened !== undefined) {
      const current = { ...opened, generation, hasPrevious: index + 1 < generations.length };
      return { current, highest, damage: { cutBytes: opened.cutBytes, setAside } };
    }
    await fs.rename(path, `${path}.damaged`);
    await fs.syncDir(dir);
    setAside.push(`${path} has no valid commit and was set aside as ${path}.damaged`);
  }
  return { current: undefined, highest, damage: { cutBytes: 0, setAside } };
};

const openGeneration = async (
  fs: FileLayer,
  path: string,
  generation: number,
): Promise<{ file: AppendFile; found: FoundGeneration; cutBytes: number } | undefined> => {
  const file = await fs.open(path, 'update');
  let kept = false;
  try {
    const size = await file.size();
    const found = await readUnlessBroken(file, { path, size, generation });
    if (found === undefined) return undefined;
    if (size > found.end) {
      await file.truncate(found.end);
      await file.sync();
    }
    kept = true;
    return { file: new AppendFile(file, { path, size: found.end }), found, cutBytes: size - found.end };
  } finally {
    if (!kept) await file.close();
  }
};

const readUnlessBroken = async (
  file: OpenFile,
  options: Parameters<typeof readGeneration>[1],
): Promise<FoundGeneration | undefined> => {
  try {
    return await readGeneration(file, options);
  } catch (error) {
    if (systemCodeOf(error) === 'EIO') return undefined; // As good as damaged: the caller sets it aside and says so.
    throw error;
  }
};
