import type { AppendFiles, AppendHandle, FileFacts } from '../../src/appender/append-files.js';

const systemError = (code: string, path: string): Error => Object.assign(new Error(`${code}: '${path}'`), { code });

interface Inode {
  readonly ino: number;
  content: Buffer;
  /** Bytes that a loss of power leaves for certain. */
  synced: number;
}

/** Files in memory, in directories that all exist, of a process that dies before or in the middle of any operation. */
export class CrashFiles implements AppendFiles {
  /** Operations until the process dies. */
  left = Number.POSITIVE_INFINITY;
  /** Bytes that can still be written; then ENOSPC. */
  room = Number.POSITIVE_INFINITY;
  readonly #names: Map<string, Inode>;
  #lastIno: number;

  constructor(names = new Map<string, Inode>(), lastIno = 0) {
    this.#names = names;
    this.#lastIno = lastIno;
  }

  /** Counts an operation of the process. @throws once it is dead */
  readonly step = (path = 'anything'): void => {
    this.left -= 1;
    if (this.left < 0) throw systemError('EIO', path);
  };

  /** What the next process finds: all that was written; after a loss of power, of what was not synced only a beginning. */
  next(random?: () => number): CrashFiles {
    this.left = 0;
    const inodes = new Map<Inode, Inode>();
    const names = new Map<string, Inode>();
    for (const [path, inode] of this.#names) {
      const kept =
        random === undefined
          ? inode.content.length
          : inode.synced + Math.floor(random() * (inode.content.length - inode.synced + 1));
      const after = inodes.get(inode) ?? { ino: inode.ino, content: inode.content.subarray(0, kept), synced: kept };
      inodes.set(inode, after);
      names.set(path, after);
    }
    return new CrashFiles(names, this.#lastIno);
  }

  /** Somebody else renames a file. */
  rotate(from: string, to: string): void {
    const inode = this.#names.get(from);
    if (inode === undefined) return;
    this.#names.delete(from);
    this.#names.set(to, inode);
  }

  /** Somebody else changes a file. */
  change(path: string, change: (content: Buffer) => Buffer): void {
    const inode = this.#names.get(path);
    if (inode === undefined) throw systemError('ENOENT', path);
    inode.content = Buffer.from(change(inode.content));
  }

  /** Somebody else removes a file. */
  remove(path: string): void {
    this.#names.delete(path);
  }

  text(path: string): string | undefined {
    return this.#names.get(path)?.content.toString();
  }

  readonly stat = async (path: string): Promise<FileFacts> => {
    this.step(path);
    return facts(this.#inode(path));
  };

  readonly rename = async (from: string, to: string): Promise<void> => {
    this.step(from);
    this.#inode(from);
    this.rotate(from, to);
  };

  readonly readdir = async (dir: string): Promise<string[]> => {
    this.step(dir);
    return [...this.#names.keys()]
      .filter((path) => path.startsWith(`${dir}/`))
      .map((path) => path.slice(dir.length + 1));
  };

  readonly mkdir = async (): Promise<void> => this.step();

  readonly syncDir = async (): Promise<void> => this.step();

  readonly open = async (path: string, flags: 'a+' | 'r+'): Promise<AppendHandle> => {
    this.step(path);
    if (flags === 'a+' && !this.#names.has(path)) {
      this.#lastIno += 1;
      this.#names.set(path, { ino: this.#lastIno, content: Buffer.alloc(0), synced: 0 });
    }
    const inode = this.#inode(path);
    return {
      stat: async () => {
        this.step(path);
        return facts(inode);
      },
      read: async (buffer, offset, length, position) => {
        this.step(path);
        return { bytesRead: inode.content.copy(buffer, offset, position, position + length) };
      },
      write: async (buffer, offset, length) => {
        // Dying in it leaves half of it.
        const wanted = this.left >= 1 ? length : this.left === 0 ? Math.floor(length / 2) : 0;
        const bytes = Math.min(wanted, this.room);
        this.room -= bytes;
        inode.content = Buffer.concat([inode.content, buffer.subarray(offset, offset + bytes)]);
        this.step(path);
        if (bytes === 0 && length > 0) throw systemError('ENOSPC', path);
        return { bytesWritten: bytes };
      },
      truncate: async (length) => {
        this.step(path);
        inode.content = inode.content.subarray(0, length);
        inode.synced = Math.min(inode.synced, length);
      },
      datasync: async () => {
        this.step(path);
        inode.synced = inode.content.length;
      },
      close: async () => undefined,
    };
  };

  #inode(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw systemError('ENOENT', path);
    return inode;
  }
}

const facts = ({ ino, content }: Inode): FileFacts => ({ dev: 1, ino, size: content.length, isFile: () => true });
