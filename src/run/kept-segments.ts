import { type KeepLimits, JournalArchive, removeUnfinishedArchives } from '../journal/journal-archive.js';
import type { Segment } from '../journal/block-chain.js';
import { type FileLayer, realFiles } from '../journal/file-layer.js';
import { systemCodeOf } from '../journal/journal-error.js';
import { messageOf } from '../fault.js';
import type { Log } from '../module.js';
import { SteadyClock } from '../steady-clock.js';

/** What is counted of the archive. */
export interface ArchiveCounters {
  readonly segments: number;
  readonly bytes: number;
  readonly removed_age: number;
  readonly removed_size: number;
  readonly removed_room: number;
  /** Removed without having been kept. */
  readonly unkept: number;
}

/** What becomes of segments the journal needs no more under `--keep`: compressed, kept, and removed in their time. */
export class KeptSegments {
  readonly #archive: JournalArchive;
  readonly #log: Log;
  /** Whether room is needed now: then a segment that cannot be kept goes all the same. */
  readonly #mustGo: () => boolean;
  readonly #clock: Pick<SteadyClock, 'now'>;
  #unkept = 0;
  #saidRoom = false;

  private constructor(
    archive: JournalArchive,
    options: { readonly log: Log; readonly mustGo: () => boolean; readonly clock?: Pick<SteadyClock, 'now'> },
  ) {
    this.#clock = options.clock ?? new SteadyClock();
    this.#archive = archive;
    this.#log = options.log;
    this.#mustGo = options.mustGo;
  }

  /** Cleans up behind an interrupted run, and finds what is kept; undefined where nothing is to be. */
  static async open(options: {
    readonly dir: string;
    readonly limits: KeepLimits | undefined;
    readonly log: Log;
    readonly mustGo: () => boolean;
    readonly fs?: FileLayer;
    readonly clock?: Pick<SteadyClock, 'now'>;
  }): Promise<KeptSegments | undefined> {
    const { dir, limits, fs = realFiles } = options;
    await fs.makeDir(dir);
    await removeUnfinishedArchives(fs, dir);
    if (limits === undefined) return undefined;
    return new KeptSegments(await JournalArchive.open({ fs, dir, limits }), options);
  }

  counters(): ArchiveCounters {
    const { segments, bytes, removed } = this.#archive;
    const { age, size, room } = removed;
    return { segments, bytes, removed_age: age, removed_size: size, removed_room: room, unkept: this.#unkept };
  }

  /** Keeps a segment that is about to be removed; rejects where it should be offered again later. */
  async keep(segment: Segment, closing: AbortSignal): Promise<void> {
    try {
      await this.#archive.add(segment, closing);
    } catch (cause) {
      if (closing.aborted) throw cause;
      const gone = systemCodeOf(cause) === 'ENOENT';
      if (!gone && !this.#mustGo()) throw cause;
      this.#unkept += 1;
      this.#log.error(`journal: ${messageOf(cause)}; it is removed without being kept`);
    }
  }

  /** Removes what is older or more than is to be kept; not for a clock that jumps ahead and back. Rejects where it cannot. */
  removeExcess(): Promise<void> {
    return this.#archive.removeExcess(this.#clock.now());
  }

  /** Gives up the oldest segment for the room it takes; false where there is none. Rejects where it cannot be removed. */
  async giveRoom(): Promise<boolean> {
    const given = await this.#archive.giveRoom();
    if (given && !this.#saidRoom) {
      this.#saidRoom = true;
      this.#log.warn(
        'journal: the disk has no more room: the oldest segments kept by --keep are removed, and counted as removed_room',
      );
    }
    return given;
  }
}
