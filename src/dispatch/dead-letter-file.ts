import { dirname } from 'node:path';
import { AppendFile } from '../journal/append-file.js';
import type { FileLayer, OpenFile } from '../journal/file-layer.js';
import { isWhole, linesOf } from '../journal/file-lines.js';
import { systemCodeOf } from '../journal/journal-error.js';

const permissions = 0o600;

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** A file of lines at a path that people may move or empty, written at its end; past its bound it becomes `.1`. */
export class DeadLetterFile {
  readonly path: string;
  readonly #fs: FileLayer;
  #open: { readonly file: AppendFile; readonly identity: string | undefined } | undefined;

  constructor(path: string, fs: FileLayer) {
    this.path = path;
    this.#fs = fs;
  }

  /** Where the file goes that is full. */
  get oldPath(): string {
    return `${this.path}.1`;
  }

  /** Gives each whole line, those of `.1` first, and cuts off what a crash tore. Rejects with the system's error. */
  async read(take: (line: string) => void): Promise<void> {
    let found = false;
    for (const path of [this.oldPath, this.path]) {
      const file = await this.#openExisting(path, 'read');
      if (file === undefined) continue;
      found = path === this.path;
      try {
        for await (const line of linesOf(file)) if (isWhole(line)) take(line.toString('utf8'));
      } finally {
        await file.close();
      }
    }
    if (found) await this.#current();
  }

  /** Bytes there are before the next write, a torn last line cut off. Rejects with the system's error. */
  async size(): Promise<number> {
    return (await this.#current()).size;
  }

  /** Appends whole lines, all or none of them. Rejects with a JournalError or the system's error. */
  async write(lines: Uint8Array): Promise<void> {
    await (await this.#current()).write(lines);
  }

  /** Makes what was written safe on disk. Rejects where it is not: the next write begins with what is there. */
  async sync(): Promise<void> {
    try {
      await this.#open?.file.sync();
    } catch (cause) {
      await this.close();
      throw cause;
    }
  }

  /** The file becomes `.1`, in place of the one before; resolves with how many lines are gone with that. */
  async replace(): Promise<number> {
    let gone = 0;
    const old = await this.#openExisting(this.oldPath, 'read');
    if (old !== undefined) {
      try {
        for await (const line of linesOf(old)) gone += isWhole(line) ? 1 : 0;
      } finally {
        await old.close();
      }
    }
    await this.sync();
    await this.close();
    await this.#fs.rename(this.path, this.oldPath);
    await this.#fs.syncDir(dirname(this.path));
    return gone;
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.file.close();
  }

  async #current(): Promise<AppendFile> {
    const { path } = this;
    if (this.#open !== undefined) {
      const { file, identity } = this.#open;
      if ((await this.#fs.identity(path)) === identity && (await this.#fs.size(path)) === file.size) return file;
      await this.close();
    }
    const existing = await this.#openExisting(path, 'update');
    const file = await this.#mended(existing ?? (await this.#fs.open(path, 'create', permissions)));
    if (existing === undefined) await this.#fs.syncDir(dirname(path));
    this.#open = { file, identity: await this.#fs.identity(path) };
    return file;
  }

  /** A line torn by a crash is cut off: its event comes again. One that only lacks its newline is somebody's. */
  async #mended(file: OpenFile): Promise<AppendFile> {
    const { path } = this;
    let end = 0;
    let rest = '';
    for await (const line of linesOf(file)) {
      if (isWhole(line)) end += line.length;
      else rest = line.toString('utf8');
    }
    const size = await file.size();
    if (end === size) return new AppendFile(file, { path, size });
    if (isJson(rest)) {
      const mended = new AppendFile(file, { path, size });
      await mended.write(Buffer.from('\n'));
      return mended;
    }
    await file.truncate(end);
    return new AppendFile(file, { path, size: end });
  }

  async #openExisting(path: string, mode: 'read' | 'update'): Promise<OpenFile | undefined> {
    try {
      return await this.#fs.open(path, mode);
    } catch (cause) {
      if (systemCodeOf(cause) === 'ENOENT') return undefined;
      throw cause;
    }
  }
}
