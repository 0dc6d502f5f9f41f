import { mkdir, open, readdir, rename, stat, statfs, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { systemCodeOf } from './journal-error.js';

/** An open file. Reads and writes may do less than asked, as the operating system's do. */
export interface OpenFile {
  /** Resolves to the number of bytes read: 0 at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Resolves to the number of bytes written, which may be fewer than given. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  truncate(length: number): Promise<void>;
  /** fdatasync. */
  sync(): Promise<void>;
  size(): Promise<number>;
  /** Waits for what is under way on this file. */
  close(): Promise<void>;
}

/** Everything journal, outbox and checkpoint ask of a file system, so that tests can put a failing one in its place. */
export interface FileLayer {
  makeDir(path: string): Promise<void>;
  list(dir: string): Promise<string[]>;
  size(path: string): Promise<number>;
  /** `create` makes an empty file, also where one exists, `permissions` 0640 unless said; `update` and `read` need an existing one. */
  open(path: string, mode: 'create' | 'update' | 'read', permissions?: number): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Makes names created, renamed and removed in the directory survive a loss of power. */
  syncDir(dir: string): Promise<void>;
  /** What a path names, over renames: equal for the same file or directory; undefined where there is none. */
  identity(path: string): Promise<string | undefined>;
  /** Room on the disk of a directory for whoever runs this. */
  space(dir: string): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>;
}

const flags = { create: 'w+', update: 'r+', read: 'r' } as const;

class RealFile implements OpenFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    return (await this.#handle.read(into, 0, into.length, position)).bytesRead;
  }

  async write(bytes: Uint8Array, position: number): Promise<number> {
    return (await this.#handle.write(bytes, 0, bytes.length, position)).bytesWritten;
  }

  async truncate(length: number): Promise<void> {
    await this.#handle.truncate(length);
  }

  async sync(): Promise<void> {
    await this.#handle.datasync();
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** The operating system's files. */
export const realFiles: FileLayer = {
  async makeDir(path) {
    await mkdir(path, { recursive: true, mode: 0o750 });
  },
  list: (dir) => readdir(dir),
  async size(path) {
    return (await stat(path)).size;
  },
  async open(path, mode, permissions = 0o640) {
    return new RealFile(await open(path, flags[mode], permissions));
  },
  rename: (from, to) => rename(from, to),
  unlink: (path) => unlink(path),
  async syncDir(dir) {
    const handle = await open(dir, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  async identity(path) {
    try {
      const { dev, ino } = await stat(path, { bigint: true });
      return `${dev}:${ino}`;
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return undefined;
      throw error;
    }
  },
  async space(dir) {
    const { bavail, blocks, bsize } = await statfs(dir);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  },
};

/** Reads until `into` is full or the file ends; resolves to the bytes read. */
export const readWhole = async (file: OpenFile, into: Uint8Array, position: number): Promise<number> => {
  let done = 0;
  while (done < into.length) {
    const count = await file.read(done === 0 ? into : into.subarray(done), position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
};
