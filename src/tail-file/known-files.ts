import { basename, dirname, join } from 'node:path';
import { beginsWith } from './fingerprint.js';
import { identityOf, type ChainFile } from './chain-file.js';
import type { FollowedFile } from './followed-file.js';
import type { FilePosition, TailPosition } from './position.js';
import { namesBeforeRotation } from './siblings.js';

const mostRemembered = 20_000;

/**
 * Which files are being read, and how far others have been: shared by all paths of a glob, so that a file
 * renamed from one to the other is read once.
 */
export class KnownFiles {
  readonly #open = new Map<string, ChainFile>();
  readonly #remembered = new Map<string, FilePosition>();
  readonly #followed = new Map<string, FollowedFile>();
  readonly #paths = new Set<string>();

  /** Says that a path is followed. */
  addPath(path: string): void {
    this.#paths.add(path);
  }

  /** Says that a path is no longer followed. */
  removePath(path: string): void {
    this.#paths.delete(path);
  }

  /** Whether the path is named like a rotated form of another one that is followed: what is new there comes from that one. */
  isRotatedForm(path: string): boolean {
    return namesBeforeRotation(basename(path)).some((name) => this.#paths.has(join(dirname(path), name)));
  }

  /** Takes in positions of an earlier run, so that whichever path leads to such a file goes on with it. */
  rememberAll(position: TailPosition): void {
    for (const file of position.files) {
      const known = this.#remembered.get(identityOf(file));
      if (known === undefined || known.offset < file.offset) this.remember(file);
    }
  }

  /** Keeps how far a file that is let go has been read. The oldest of very many are forgotten. */
  remember(position: FilePosition): void {
    const identity = identityOf(position);
    this.#remembered.delete(identity);
    this.#remembered.set(identity, position);
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size <= mostRemembered) break;
      this.#remembered.delete(oldest);
    }
  }

  /** The position, or how far the same file is remembered to have been read under another path, if that is further. */
  furthest(position: FilePosition): FilePosition {
    const known = this.#remembered.get(identityOf(position));
    return known !== undefined && known.offset > position.offset ? known : position;
  }

  /** How far the file has been read before; whether it is still that file is for the caller to see. */
  remembered(identity: string): FilePosition | undefined {
    return this.#remembered.get(identity);
  }

  /** Makes this the only reader of the file. False where another one is. */
  claim(file: ChainFile): boolean {
    const open = this.#open.get(file.identity);
    if (open === undefined) this.#open.set(file.identity, file);
    return open === undefined || open === file;
  }

  isClaimed(identity: string): boolean {
    return this.#open.has(identity);
  }

  /** Ends a claim. */
  release(file: ChainFile): void {
    if (this.#open.get(file.identity) === file) this.#open.delete(file.identity);
  }

  /** Whether a file that begins like this is being read or has been: then this is it, packed since. */
  hasRead(head: Buffer): boolean {
    for (const { head: known } of this.#open.values()) {
      if (known.length > 0 && head.subarray(0, known.length).equals(known)) return true;
    }
    for (const position of this.#remembered.values()) if (beginsWith(head, position.head)) return true;
    return false;
  }

  /** Says which file a path now leads to; undefined: none. */
  follow(realPath: string, file: FollowedFile | undefined): void {
    if (file === undefined) this.#followed.delete(realPath);
    else this.#followed.set(realPath, file);
  }

  /**
   * Whether the file, rotated by its name, is being copied from the file it is named after (logrotate's copytruncate):
   * the reader of that one sees to the copy.
   */
  async isCopyOfFollowed(file: FollowedFile): Promise<boolean> {
    const directory = dirname(file.base);
    for (const name of namesBeforeRotation(basename(file.base))) {
      const original = this.#followed.get(join(directory, name));
      if (original === undefined || original.identity === file.identity) continue;
      if (file.size === 0 || (await original.beginsLike(file))) return true;
    }
    return false;
  }
}
