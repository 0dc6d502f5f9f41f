import { join } from 'node:path';
import { type ArchivedSegment, isUnfinishedArchive, listArchived } from './archived-segment.js';
import type { Segment } from './block-chain.js';
import type { FileLayer } from './file-layer.js';
import { packSegment } from './pack-segment.js';
import { unlinkIfThere } from './segment-files.js';

/** How long and how much is kept; what is absent sets no limit. */
export interface KeepLimits {
  readonly ms?: number | undefined;
  /** Compressed. */
  readonly bytes?: number | undefined;
}

/** Why an archived segment was removed: too old, too much, or no room on the disk for what is received. */
export type ArchiveRemoval = 'age' | 'size' | 'room';

/** Segments the journal needs no more, kept compressed in its directory until they are too old or too many. */
export class JournalArchive {
  /** Archived segments removed, by reason. */
  readonly removed: Record<ArchiveRemoval, number> = { age: 0, size: 0, room: 0 };
  readonly #fs: FileLayer;
  readonly #dir: string;
  readonly #limits: KeepLimits;
  /** Oldest first. */
  readonly #kept: ArchivedSegment[];
  #bytes: number;

  private constructor(
    options: { readonly fs: FileLayer; readonly dir: string; readonly limits: KeepLimits },
    kept: ArchivedSegment[],
  ) {
    this.#fs = options.fs;
    this.#dir = options.dir;
    this.#limits = options.limits;
    this.#kept = kept;
    this.#bytes = kept.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Finds what earlier runs kept. */
  static async open(options: {
    readonly fs: FileLayer;
    readonly dir: string;
    readonly limits: KeepLimits;
  }): Promise<JournalArchive> {
    return new JournalArchive(options, await listArchived(options.fs, options.dir));
  }

  /** Bytes on disk of all archived segments. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Archived segments there are. */
  get segments(): number {
    return this.#kept.length;
  }

  /** Keeps a segment that is about to be removed; safe on disk when it resolves. @throws JournalError `write-failed` */
  async add(segment: Segment, signal: AbortSignal): Promise<void> {
    const made = await packSegment({ fs: this.#fs, dir: this.#dir, segment, signal });
    // A segment whose removal was cut short by a crash is archived once more.
    const before = this.#kept.findIndex(({ firstSeq }) => firstSeq === made.firstSeq);
    const [same] = before === -1 ? [] : this.#kept.splice(before, 1);
    if (same !== undefined && same.name !== made.name) await unlinkIfThere(this.#fs, join(this.#dir, same.name));
    const after = this.#kept.findIndex(({ firstSeq }) => firstSeq > made.firstSeq);
    this.#kept.splice(after === -1 ? this.#kept.length : after, 0, made);
    this.#bytes += made.bytes - (same?.bytes ?? 0);
  }

  /** Removes what is older or more than is to be kept. `now`: ms since the epoch. @throws JournalError `write-failed` */
  async removeExcess(now: number): Promise<void> {
    const { ms = Infinity, bytes = Infinity } = this.#limits;
    for (let oldest = this.#kept[0]; oldest !== undefined; oldest = this.#kept[0]) {
      if (oldest.to < now - ms) await this.#remove(oldest, 'age');
      else if (this.#bytes > bytes) await this.#remove(oldest, 'size');
      else return;
    }
  }

  /** Removes the oldest archived segment, whatever was to be kept; false where there is none. @throws JournalError `write-failed` */
  async giveRoom(): Promise<boolean> {
    const [oldest] = this.#kept;
    if (oldest === undefined) return false;
    await this.#remove(oldest, 'room');
    return true;
  }

  async #remove(segment: ArchivedSegment, reason: ArchiveRemoval): Promise<void> {
    await unlinkIfThere(this.#fs, join(this.#dir, segment.name));
    this.#kept.shift();
    this.#bytes -= segment.bytes;
    this.removed[reason] += 1;
  }
}

/** Removes what compressing left behind when it was interrupted. */
export const removeUnfinishedArchives = async (fs: FileLayer, dir: string): Promise<void> => {
  for (const name of await fs.list(dir)) {
    if (isUnfinishedArchive(name)) await unlinkIfThere(fs, join(dir, name));
  }
};
