import { errorCode } from './error-code.js';
import { identityOf, leadsTo, type FollowSettings } from './chain-file.js';
import { FollowedFile } from './followed-file.js';
import type { KnownFiles } from './known-files.js';
import { listSiblings, type Sibling } from './siblings.js';

/** File systems keep time in steps: two changes in one step show the same time. */
const coarseClockMs = 20;

/**
 * Finds copies of an empty file: it was written, copied and truncated (copytruncate) between two polls. Nothing of the
 * file itself shows that, since nothing of it had been read; that a rotated sibling has appeared does.
 */
export class CopiesOfEmpty {
  #file: FollowedFile | undefined;
  /** The siblings there were while the file was empty, by identity. */
  #beside: ReadonlyMap<string, Sibling> = new Map();
  #modifiedNs = 0n;
  /** A change after the siblings were listed would show in the file's time. */
  #settled = false;

  /** Sees which siblings there are, where the file is empty. */
  async begin(file: FollowedFile): Promise<void> {
    this.#file = undefined;
    if (file.size > 0) return;
    const siblings = await listSiblings(file.base);
    if (!(await file.isUnchanged())) return;
    this.#beside = new Map(siblings.map((sibling) => [identityOf(sibling), sibling]));
    this.#modifiedNs = file.modifiedNs;
    this.#settled = Date.now() - Number(file.modifiedNs / 1_000_000n) > coarseClockMs;
    this.#file = file;
  }

  /** The copies, oldest first, opened at their beginning; to be asked after each look at the file. */
  async look(
    file: FollowedFile,
    options: { readonly known: KnownFiles; readonly settings: FollowSettings; readonly now: number },
  ): Promise<readonly FollowedFile[]> {
    if (this.#file !== file) {
      await this.begin(file);
      return [];
    }
    if (file.modifiedNs === this.#modifiedNs && this.#settled) return [];
    const copies: FollowedFile[] = [];
    for (const sibling of await siblingsBefore(file)) {
      const identity = identityOf(sibling);
      if (sibling.packing !== 'plain' || sibling.size === 0) continue;
      if (isSame(this.#beside.get(identity), sibling) || options.known.isClaimed(identity)) continue;
      const opened = await openQuietly(sibling.path, options.now, options.settings);
      if (opened === undefined) continue;
      opened.base = file.base;
      opened.complete = true;
      if (await file.beginsLike(opened)) await opened.close();
      else copies.push(opened);
    }
    await this.begin(file);
    return copies;
  }
}

/** Those rotated before the file itself, if it has been rotated; none where it cannot be told which these are. */
const siblingsBefore = async (file: FollowedFile): Promise<readonly Sibling[]> => {
  const siblings = await listSiblings(file.base);
  const place = siblings.findIndex((sibling) => identityOf(sibling) === file.identity);
  if (place !== -1) return siblings.slice(0, place);
  return (await leadsTo(file.base, file.identity)) ? siblings : [];
};

/** Inodes are used again; a file with both times changed is another one. */
const isSame = (before: Sibling | undefined, now: Sibling): boolean =>
  before !== undefined && (before.modifiedNs === now.modifiedNs || before.bornNs === now.bornNs);

/** A copy that is gone again has been rotated on, and is then listed under its next name. */
const openQuietly = async (path: string, now: number, settings: FollowSettings): Promise<FollowedFile | undefined> => {
  try {
    return await FollowedFile.open(path, now, settings);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
};
