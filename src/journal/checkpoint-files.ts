import { join } from 'node:path';
import { messageOf } from '../fault.js';
import { killPoint } from '../kill-point.js';
import { AppendFile } from './append-file.js';
import { encodeHeader } from './checkpoint-format.js';
import type { FileLayer } from './file-layer.js';
import { JournalError, systemCodeOf } from './journal-error.js';

const generationName = /^checkpoint-(\d{1,15})\.log(\.damaged|\.tmp)?$/;

/** A file of the checkpoint's directory. */
export interface GenerationFile {
  readonly generation: number;
  readonly path: string;
  /** Set aside because it could not be read, or not finished. */
  readonly suffix: '' | '.damaged' | '.tmp';
}

/** The path of a generation. */
const generationPath = (dir: string, generation: number): string => join(dir, `checkpoint-${generation}.log`);

/** All generations of a directory, newest first, with those set aside or not finished. */
export const listGenerations = async (fs: FileLayer, dir: string): Promise<GenerationFile[]> => {
  const files: GenerationFile[] = [];
  for (const name of await fs.list(dir)) {
    const [, generation, suffix = ''] = generationName.exec(name) ?? [];
    if (generation === undefined || (suffix !== '' && suffix !== '.damaged' && suffix !== '.tmp')) continue;
    files.push({ generation: Number(generation), path: join(dir, name), suffix });
  }
  return files.sort((a, b) => b.generation - a.generation);
};

/**
 * Makes a generation that appears whole or not at all: `fill` writes it under another name.
 * @throws JournalError `write-failed`; `sync-failed` where it cannot be told which of the two names is there after a crash
 */
export const createGeneration = async (options: {
  readonly fs: FileLayer;
  readonly dir: string;
  readonly generation: number;
  /** Absent: it begins empty. */
  readonly fill?: (file: AppendFile) => Promise<void>;
}): Promise<AppendFile> => {
  const { fs, dir, generation, fill } = options;
  const path = generationPath(dir, generation);
  const temporary = `${path}.tmp`;
  let file: AppendFile | undefined;
  try {
    file = new AppendFile(await fs.open(temporary, 'create'), { path, size: 0 });
    await file.write(encodeHeader({ generation, begunEmpty: fill === undefined }));
    await fill?.(file);
    killPoint('checkpoint-copied');
    await file.sync();
    await fs.rename(temporary, path);
  } catch (error) {
    await file?.close();
    await removeAll(fs, [temporary]).catch(() => undefined); // Removed at the next start at the latest; the first error is told.
    if (error instanceof JournalError) throw error;
    throw new JournalError('write-failed', `cannot make the checkpoint ${path}: ${messageOf(error)}`, error);
  }
  try {
    await fs.syncDir(dir);
  } catch (error) {
    await file.close();
    throw new JournalError('sync-failed', `cannot make the name ${path} safe on disk: ${messageOf(error)}`, error);
  }
  return file;
};

/** Removes files, which may be gone already. @throws JournalError `write-failed` */
export const removeAll = async (fs: FileLayer, paths: readonly string[]): Promise<void> => {
  for (const path of paths) {
    try {
      await fs.unlink(path);
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') continue;
      throw new JournalError('write-failed', `cannot remove ${path}: ${messageOf(error)}`, error);
    }
  }
};
