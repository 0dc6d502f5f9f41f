import { mkdir, open, readdir, rename, stat } from 'node:fs/promises';
import { realFiles as journalFiles } from '../journal/file-layer.js';

/** What tells one file from another, and how long it is. */
export interface FileFacts {
  readonly dev: number;
  readonly ino: number;
  /** Bytes. */
  readonly size: number;
  isFile(): boolean;
}

/** An open file; the calls of Node's FileHandle that appending needs. */
export interface AppendHandle {
  stat(): Promise<FileFacts>;
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  /** Writes at the end of the file; may write less than asked for. */
  write(buffer: Uint8Array, offset: number, length: number): Promise<{ readonly bytesWritten: number }>;
  truncate(length: number): Promise<void>;
  /** Resolves when all that was written is safe against loss of power. */
  datasync(): Promise<void>;
  close(): Promise<void>;
}

/** The file system as an AppendFile sees it; tests put failures in here. */
export interface AppendFiles {
  /** `a+` makes a file where there is none; `r+` needs one. */
  readonly open: (path: string, flags: 'a+' | 'r+', mode: number) => Promise<AppendHandle>;
  readonly stat: (path: string) => Promise<FileFacts>;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly readdir: (path: string) => Promise<readonly string[]>;
  /** Makes names made and changed in the directory safe against loss of power. */
  readonly syncDir: (path: string) => Promise<void>;
  readonly mkdir: (path: string, options: { readonly recursive: true; readonly mode: number }) => Promise<unknown>;
}

/** The real file system. */
export const realFiles: AppendFiles = {
  open,
  stat,
  rename,
  readdir,
  mkdir,
  syncDir: (path) => journalFiles.syncDir(path),
};

const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** What the file at a path is, or undefined where there is none. Other errors are thrown as they are. */
export const statIfThere = async (files: AppendFiles, path: string): Promise<FileFacts | undefined> => {
  try {
    return await files.stat(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
};
