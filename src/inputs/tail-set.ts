import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isPacked, namesBeforeRotation, type FileFinder, type TailFile } from '../tail-file/index.js';

/** One path that is followed. */
export interface Followed {
  readonly tail: TailFile;
  /** Named like a rotated form of another path that is followed. */
  readonly rotated: boolean;
  /** To be looked at in each round until then (ms, monotonic). */
  hotUntil: number;
  /** To be looked at in the next round. */
  touched: boolean;
  /** What went wrong at the last look. */
  failure: string | undefined;
}

/** Quiet files looked at in one round, so that the cost of a round does not grow with their number. */
const quietPerRound = 50;

/** The paths a pattern names, each with its follower, and which of them are to be looked at next. */
export class TailSet {
  /** Compressed files that were found, which are not followed. */
  readonly packed = new Set<string>();
  readonly #files = new Map<string, Followed>();
  readonly #finder: FileFinder;
  readonly #most: number;
  readonly #goesOn: boolean;
  readonly #create: (path: string, from: 'start' | 'end', absentSince: number | undefined) => TailFile;
  /** What the pattern named when it was last asked, and when that began (ms since the epoch). */
  #there: ReadonlySet<string> = new Set();
  #listedAt: number | undefined;
  #turn = 0;

  constructor(options: {
    readonly finder: FileFinder;
    /** Paths followed at the same time, at the most. */
    readonly most: number;
    /** `absentSince`: when the pattern was seen not to name it (ms since the epoch). */
    readonly create: (path: string, from: 'start' | 'end', absentSince: number | undefined) => TailFile;
    /** An earlier run is gone on with: paths find their rotated files themselves, so these come last. */
    readonly goesOn: boolean;
  }) {
    this.#finder = options.finder;
    this.#most = options.most;
    this.#create = options.create;
    this.#goesOn = options.goesOn;
  }

  get size(): number {
    return this.#files.size;
  }

  get all(): readonly Followed[] {
    return [...this.#files.values()];
  }

  /** Follows those of these paths that the pattern names and that are new: without listing anything. Answers them. */
  async add(paths: readonly string[]): Promise<readonly Followed[]> {
    const news = paths.filter((path) => !isPacked(path) && !this.#files.has(path));
    const named = (await this.#finder.named(news)).slice(0, Math.max(0, this.#most - this.#files.size));
    return named.map((path) => this.#follow(path, 'start', this.#isRotated(path, this.#files)));
  }

  /** The next round will look at this path. */
  touch(path: string): void {
    const followed = this.#files.get(path);
    if (followed !== undefined) followed.touched = true;
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /**
   * Follows these paths and those the pattern names. The file written last comes last, so that rotated files are read
   * before those that followed them. Answers what has been found new: compressed files, and whether there were too many.
   */
  async find(
    more: readonly string[],
    from: 'start' | 'end',
  ): Promise<{ readonly packed: readonly string[]; readonly tooMany: boolean }> {
    const begun = Date.now();
    const found = await this.#finder.find();
    this.#there = new Set(found.paths);
    const packed = found.paths.filter((path) => isPacked(path) && !this.packed.has(path));
    for (const path of packed) this.packed.add(path);
    const paths = [...new Set([...found.paths, ...more])].filter((path) => !isPacked(path) && !this.#files.has(path));
    const room = Math.max(0, this.#most - this.#files.size);
    const times = new Map<string, number>();
    for (const path of paths) times.set(path, await modifiedAt(path));
    const added = paths.slice(0, room).sort((a, b) => (times.get(a) ?? 0) - (times.get(b) ?? 0));
    const all = new Set([...this.#files.keys(), ...added]);
    if (this.#goesOn) added.sort((a, b) => Number(this.#isRotated(a, all)) - Number(this.#isRotated(b, all)));
    for (const path of added) this.#follow(path, from, this.#isRotated(path, all));
    this.#listedAt = begun;
    return { packed, tooMany: found.tooMany || paths.length > room };
  }

  #isRotated(path: string, all: { has(path: string): boolean }): boolean {
    return namesBeforeRotation(basename(path)).some((name) => all.has(join(dirname(path), name)));
  }

  #follow(path: string, from: 'start' | 'end', rotated: boolean): Followed {
    const tail = this.#create(path, from, this.#listedAt);
    const followed = { tail, rotated, hotUntil: 0, touched: true, failure: undefined };
    this.#files.set(path, followed);
    return followed;
  }

  /** Stops following paths that the last `find` did not find and whose files are read to their end. Answers them. */
  async prune(): Promise<readonly string[]> {
    const there = this.#there;
    const gone: string[] = [];
    for (const [path, { tail }] of this.#files) {
      if (there.has(path) || !tail.idle) continue;
      await tail.close();
      this.#files.delete(path);
      gone.push(path);
    }
    for (const path of this.packed) if (!there.has(path)) this.packed.delete(path);
    return gone;
  }

  /** Those to be looked at now: touched, hot, and some of the others in turn. */
  due(now: number): readonly Followed[] {
    const first = this.#turn >= this.#files.size ? 0 : this.#turn;
    this.#turn = first + quietPerRound;
    return this.all.filter(
      ({ touched, hotUntil }, index) => touched || hotUntil > now || (index >= first && index < this.#turn),
    );
  }
}

/** One that cannot be asked comes first; following it reports what is wrong. */
const modifiedAt = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return 0;
  }
};
