import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../inputs/listen-error.js';

/** Names that files may have over HTTP (dsiem.md §9). */
const nameShape = /^[A-Za-z0-9][A-Za-z0-9_-]*\.json$/;
const longestName = 200;
const fileMode = 0o640;

/** Whether a file may be asked for by this name. */
export const isConfigName = (name: string): boolean => name.length <= longestName && nameShape.test(name);

const absentAsUndefined = (cause: unknown): undefined => {
  if (['ENOENT', 'ENOTDIR'].includes(errorCode(cause))) return undefined;
  throw cause;
};

const syncDir = async (dir: string): Promise<void> => {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** The files of the configuration directory, by names that `isConfigName` allows. Errors of the system are thrown. */
export class ConfigDir {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Their names, in order; none where there is no such directory. */
  async names(): Promise<string[]> {
    const entries = await readdir(this.path).catch(absentAsUndefined);
    return (entries ?? []).filter(isConfigName).sort();
  }

  /** What is in a file; undefined where there is none. */
  async read(name: string): Promise<Buffer | undefined> {
    const path = join(this.path, name);
    const found = await stat(path).catch(absentAsUndefined);
    // Reading a pipe would wait for a writer.
    return found?.isFile() === true ? readFile(path).catch(absentAsUndefined) : undefined;
  }

  /** Makes or replaces a file: whoever reads it gets the old or the new content, also after a crash. */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    const aside = join(this.path, `.${name}.${randomBytes(6).toString('hex')}`);
    const handle = await open(aside, 'wx', fileMode);
    try {
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(aside, join(this.path, name));
    } catch (cause) {
      await rm(aside, { force: true });
      throw cause;
    }
    await syncDir(this.path);
  }

  /** Deletes a file; false where there is none. */
  async delete(name: string): Promise<boolean> {
    const deleted = await rm(join(this.path, name)).then(() => true, absentAsUndefined);
    if (deleted !== true) return false;
    await syncDir(this.path);
    return true;
  }
}
