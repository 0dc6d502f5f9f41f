import type { FileLayer, OpenFile } from '../../src/journal/file-layer.js';

/** An operation as faults see it. */
export interface FileOperation {
  /** Counted from 1 over the life of the layer. */
  readonly number: number;
  readonly kind: 'open' | 'read' | 'write' | 'truncate' | 'sync' | 'rename' | 'unlink' | 'syncDir' | 'list' | 'size';
  readonly path: string;
}

/** What happens instead of success: an error, after so many bytes of a write; or only so many bytes of a read or write. */
export interface Fault {
  readonly error?: string;
  readonly bytes?: number;
}

const pageBytes = 64;

type Change = { readonly at: number; readonly bytes: Buffer } | { readonly truncate: number };

/** A file: what programs see, and what a loss of power leaves for certain. */
class Inode {
  static #made = 0;
  readonly number = (Inode.#made += 1);
  content: Buffer = Buffer.alloc(0);
  durable: Buffer = Buffer.alloc(0);
  unsynced: Change[] = [];

  change(change: Change): void {
    this.content = applied(this.content, change);
    this.unsynced.push(change);
  }
}

/**
 * Files in memory that fail like real ones: short writes, errors at any operation, and at a crash unsynced writes of
 * which any pages are there and any are not, in any order, and of unsynced changes of names only the first few.
 */
export class FaultyFiles implements FileLayer {
  /** Decides over each operation; undefined lets it succeed. */
  fault: (operation: FileOperation) => Fault | undefined = () => undefined;
  operations = 0;
  /** Directories said to be gone. */
  readonly missingDirs = new Set<string>();
  /** Room there is said to be. */
  freeBytes = Infinity;
  totalBytes = Infinity;
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #unsyncedNames: ((names: Map<string, Inode>) => void)[] = [];
  #dead = false;

  /** The process is gone: what the layer's old users still do fails. Returns what a new process finds after a loss of power. */
  crash(random: () => number): FaultyFiles {
    this.#dead = true;
    const kept = Math.floor(random() * (this.#unsyncedNames.length + 1));
    for (const change of this.#unsyncedNames.slice(0, kept)) change(this.#durableNames);
    const after = new FaultyFiles();
    for (const [path, inode] of this.#durableNames) after.#place(path, survivor(inode, random));
    return after;
  }

  /** What a new process finds after the process alone died: everything that was written. */
  kill(): FaultyFiles {
    this.#dead = true;
    const after = new FaultyFiles();
    for (const [path, inode] of this.#names) after.#place(path, inode.content);
    return after;
  }

  /** Where `number` is reached, that operation and all after it fail. */
  dieAt(number: number): void {
    const { fault } = this;
    this.fault = (operation) => {
      if (operation.number < number) return fault(operation);
      return { error: 'EIO', bytes: operation.number === number ? 100 : 0 };
    };
  }

  paths(): string[] {
    return [...this.#names.keys()].sort();
  }

  contentOf(path: string): Buffer {
    return this.#inode(path).content;
  }

  /** Changes bytes on the disk behind everyone's back. */
  corrupt(path: string, change: (content: Buffer) => Buffer): void {
    const inode = this.#inode(path);
    inode.content = change(Buffer.from(inode.content));
    inode.durable = inode.content;
    inode.unsynced = [];
  }

  async makeDir(): Promise<void> {
    this.#alive();
  }

  async list(dir: string): Promise<string[]> {
    this.#check('list', dir);
    return this.paths()
      .filter((path) => path.startsWith(`${dir}/`))
      .map((path) => path.slice(dir.length + 1));
  }

  async size(path: string): Promise<number> {
    this.#check('size', path);
    return this.#inode(path).content.length;
  }

  async open(path: string, mode: 'create' | 'update' | 'read'): Promise<OpenFile> {
    this.#check('open', path);
    if (mode === 'create') {
      const existing = this.#names.get(path);
      if (existing !== undefined) existing.change({ truncate: 0 });
      else {
        const inode = new Inode();
        this.#changeNames((names) => names.set(path, inode));
      }
    }
    return this.#openFile(path, this.#inode(path));
  }

  async rename(from: string, to: string): Promise<void> {
    this.#check('rename', from);
    const inode = this.#inode(from);
    this.#changeNames((names) => {
      names.delete(from);
      names.set(to, inode);
    });
  }

  async unlink(path: string): Promise<void> {
    this.#check('unlink', path);
    this.#inode(path);
    this.#changeNames((names) => names.delete(path));
  }

  async syncDir(dir: string): Promise<void> {
    this.#check('syncDir', dir);
    this.#durableNames = new Map(this.#names);
    this.#unsyncedNames = [];
  }

  async identity(path: string): Promise<string | undefined> {
    this.#alive();
    if (this.missingDirs.has(path)) return undefined;
    const inode = this.#names.get(path);
    if (inode !== undefined) return `inode ${inode.number}`;
    return path.endsWith('.seg') ? undefined : path;
  }

  async space(): Promise<{ freeBytes: number; totalBytes: number }> {
    this.#alive();
    return { freeBytes: this.freeBytes, totalBytes: this.totalBytes };
  }

  #openFile(path: string, inode: Inode): OpenFile {
    let open = true;
    const check = (kind: FileOperation['kind']): Fault | undefined => {
      if (!open) throw failure('EBADF', path);
      return this.#check(kind, path);
    };
    return {
      read: async (into, position) => {
        const limit = check('read')?.bytes ?? into.length;
        return inode.content.copy(
          into,
          0,
          position,
          Math.min(position + Math.min(into.length, limit), inode.content.length),
        );
      },
      write: async (bytes, position) => this.#write(inode, bytes, position, path),
      truncate: async (length) => {
        check('truncate');
        inode.change({ truncate: length });
      },
      sync: async () => {
        check('sync');
        inode.durable = inode.unsynced.reduce(applied, inode.durable);
        inode.unsynced = [];
      },
      size: async () => {
        check('size');
        return inode.content.length;
      },
      close: async () => {
        open = false;
      },
    };
  }

  #write(inode: Inode, bytes: Uint8Array, position: number, path: string): number {
    this.#alive();
    const fault = this.#faultOf('write', path);
    const count = Math.min(bytes.length, fault?.bytes ?? (fault?.error === undefined ? bytes.length : 0));
    if (count > 0) inode.change({ at: position, bytes: Buffer.from(bytes.subarray(0, count)) });
    if (fault?.error !== undefined) throw failure(fault.error, path);
    return count;
  }

  #check(kind: FileOperation['kind'], path: string): Fault | undefined {
    this.#alive();
    const fault = this.#faultOf(kind, path);
    if (fault?.error !== undefined) {
      // A failed sync leaves pages that are clean for the kernel and not on the disk.
      if (kind === 'sync') this.#inode(path).unsynced = [];
      throw failure(fault.error, path);
    }
    return fault;
  }

  #faultOf(kind: FileOperation['kind'], path: string): Fault | undefined {
    this.operations += 1;
    return this.fault({ number: this.operations, kind, path });
  }

  #alive(): void {
    if (this.#dead) throw failure('EIO', 'a crashed machine');
  }

  #changeNames(change: (names: Map<string, Inode>) => void): void {
    change(this.#names);
    this.#unsyncedNames.push(change);
  }

  #place(path: string, content: Buffer): void {
    const inode = new Inode();
    inode.content = content;
    inode.durable = content;
    this.#names.set(path, inode);
    this.#durableNames.set(path, inode);
  }

  #inode(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw failure('ENOENT', path);
    return inode;
  }
}

/** Numbers from 0 to 1, the same for the same seed. */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
};

const survivor = (inode: Inode, random: () => number): Buffer => {
  const share = random();
  let content = inode.durable;
  for (const change of inode.unsynced) {
    for (const piece of pagesOf(change)) if (random() < share) content = applied(content, piece);
  }
  return content;
};

const pagesOf = (change: Change): Change[] => {
  if ('truncate' in change) return [change];
  const pages: Change[] = [];
  for (let at = change.at; at < change.at + change.bytes.length; ) {
    const end = Math.min(at - (at % pageBytes) + pageBytes, change.at + change.bytes.length);
    pages.push({ at, bytes: change.bytes.subarray(at - change.at, end - change.at) });
    at = end;
  }
  return pages;
};

const applied = (content: Buffer, change: Change): Buffer => {
  if ('truncate' in change) return Buffer.from(content.subarray(0, change.truncate));
  const length = Math.max(content.length, change.at + change.bytes.length);
  const next = Buffer.alloc(length);
  content.copy(next);
  change.bytes.copy(next, change.at);
  return next;
};

const failure = (code: string, path: string): Error =>
  Object.assign(new Error(`${code}: injected fault, '${path}'`), { code });
