// Longer than most: which file a path leads to, and which came between, is decided in one place.
import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { baseOf } from './base-of.js';
import { Chain } from './chain.js';
import { CopiesOfEmpty } from './copies-of-empty.js';
import { errorCode, inWords } from './error-code.js';
import { identityOf, leadsTo, type ChainFile, type FollowSettings } from './chain-file.js';
import { FollowedFile } from './followed-file.js';
import { KnownFiles } from './known-files.js';
import { newCounters, type TailCounters } from './line-cutter.js';
import { positionOfNothing, type FilePosition, type TailPosition } from './position.js';
import { TroubleReporter, type TailReport } from './report.js';
import { restore } from './restore.js';
import { searchSiblings, type Found } from './search-siblings.js';
import { bufferBytesFor, type PollResult, type TailFileOptions } from './tail-options.js';

const vanishGraceMs = 2000;
const patienceMs = 5000;
/** File systems keep time in steps: two changes in one step show the same time. */
const coarseClockMs = 20;

/**
 * One path followed through rotation, in bytes, by calls of `poll`, one at a time. Every line is given out once and in
 * order. A last line without a newline is held back: until its newline comes, or until the file has been rotated away
 * and quiet for `unfinishedMs` (then it is given out marked `partial`). On `close` it stays unread, before the
 * position, so that the next run gives it out whole.
 */
export class TailFile {
  readonly path: string;
  readonly counters: TailCounters;
  readonly #options: TailFileOptions;
  readonly #settings: FollowSettings;
  readonly #known: KnownFiles;
  readonly #buffer: Buffer;
  readonly #trouble: TroubleReporter;
  readonly #chain: Chain;
  readonly #copiesOfEmpty = new CopiesOfEmpty();
  /** The file the path named last, and where it came to when it was let go. */
  #last: ChainFile | undefined;
  #lastPosition: FilePosition | undefined;
  /** A file under this path that is not read here yet. */
  #stranger: { readonly identity: string; readonly since: number } | undefined;
  /** When the path was seen to name no file, before any was read here: ms since the epoch. */
  #absentSince: number | undefined;
  /** When the directory had last changed before the last search in it. */
  #searchedNs: bigint | undefined;
  #polled = false;
  #moved = false;

  constructor(options: TailFileOptions) {
    const { path, maxLineBytes = 65_536, counters = newCounters() } = options;
    this.path = path;
    this.counters = counters;
    this.#options = options;
    const together = options.together ?? ((give: () => void): void => give());
    this.#settings = { maxLineBytes, take: options.onLine, together, counters };
    this.#absentSince = options.absentSince;
    this.#known = options.known ?? new KnownFiles();
    this.#buffer = options.buffer ?? Buffer.alloc(bufferBytesFor(maxLineBytes));
    this.#trouble = new TroubleReporter(path, this.#say);
    const { lingerMs = 60_000, unfinishedMs = 1000 } = options;
    this.#chain = new Chain(this.#known, { lingerMs, unfinishedMs });
    this.#known.addPath(path);
    if (options.position !== undefined) this.#known.rememberAll(options.position);
  }

  /** Looks at the path and reads what is new. `now` is any clock in ms that does not run backwards. */
  async poll(now: number): Promise<PollResult> {
    this.#moved = false;
    const bytes = this.counters.bytes;
    if (!this.#polled) await this.#restore(now);
    const found = await this.#followPath(now);
    this.#polled = true;
    const step = { buffer: this.#buffer, budget: this.#options.pollBytes ?? 4 * 1024 * 1024, now };
    const outcome = await this.#chain.read(step);
    if (outcome.kind === 'truncated') await this.#begunAgain(outcome.file, now);
    else if (outcome.kind === 'failed') await this.#failed(outcome.file, outcome.error);
    else if (found) this.#trouble.fine();
    await this.#release(now, outcome.kind === 'end');
    const hasGiven = bytes !== this.counters.bytes;
    this.#moved ||= hasGiven && this.#options.together === undefined;
    const refused = outcome.kind === 'refused';
    const more = refused || outcome.kind === 'more' || outcome.kind === 'truncated';
    return { more, refused, moved: this.#moved, active: this.#moved || hasGiven || this.#chain.isRestless(now) };
  }

  /** Where to go on after a restart, so that none of the lines given out comes again. Undefined before a file was found. */
  position(): TailPosition | undefined {
    const position = this.#chain.position();
    if (position !== undefined || this.#lastPosition === undefined) return position;
    return { files: [this.#lastPosition] };
  }

  /** Nothing is open: the path leads to no file that is read here. */
  get idle(): boolean {
    return this.#chain.current === undefined && this.#chain.rotated === 0;
  }

  /** Closes all files. What has not been given out stays unread. */
  close(): Promise<void> {
    this.#known.removePath(this.path);
    return this.#chain.close();
  }

  readonly #say = (report: TailReport): void => this.#options.onReport?.(report);

  async #restore(now: number): Promise<void> {
    const { position } = this.#options;
    if (position === undefined) return;
    const files = position.files.map((file) => this.#known.furthest(file));
    const options = { path: this.path, position: { files }, known: this.#known, settings: this.#settings, now };
    const restored = await restore(options);
    for (const file of restored.files) {
      if (file instanceof FollowedFile) file.markStored();
      await this.#chain.insert(file, now);
    }
    this.#last = this.#chain.newest;
    const gapsBefore = this.counters.gaps;
    for (const lost of restored.lost) {
      const unread = lost.size - lost.offset;
      const mayBeMissed = lost === files.at(-1) && !this.#known.isRotatedForm(this.path);
      if (unread <= 0 && !mayBeMissed) continue;
      const why = restored.unreadable.length === 0 ? '' : ` (${restored.unreadable.join('; ')})`;
      this.#gap(
        unread,
        `what was read last, up to byte ${lost.offset}, was not found again here or among its rotated siblings${why}`,
      );
    }
    if (restored.doubt !== undefined && this.counters.gaps === gapsBefore) this.#gap(0, restored.doubt);
  }

  /** Sees which file the path leads to now. Answers whether it leads to one that is read here. */
  async #followPath(now: number): Promise<boolean> {
    const stats = await this.#statPath(now);
    const chain = this.#chain;
    const identity = stats === undefined ? undefined : identityOf({ device: stats.dev, inode: stats.ino });
    if (stats !== undefined && chain.current?.identity === identity) {
      chain.current?.note(stats, now);
      await this.#findCopiesOfEmpty(now);
      return true;
    }
    await chain.current?.look(now);
    await this.#findCopiesOfEmpty(now);
    const file = identity === undefined ? undefined : await this.#fileOf(identity, now);
    if (file === undefined) {
      chain.setCurrent(undefined, now);
      if (stats === undefined) await this.#missedWhileMissing(now);
      return false;
    }
    if (this.#last !== undefined && this.#last !== file) this.counters.rotations += 1;
    await this.#insertMissed(now, file);
    chain.setCurrent(file, now);
    this.#last = file;
    this.#lastPosition = undefined;
    this.#moved = true;
    await this.#copiesOfEmpty.begin(file);
    return true;
  }

  async #statPath(now: number): Promise<BigIntStats | undefined> {
    try {
      const stats = await stat(this.path, { bigint: true });
      if (stats.isFile()) return stats;
      this.#trouble.unreadable(stats.isDirectory() ? 'it is a directory, not a file' : 'it is not a regular file');
    } catch (error) {
      this.#cannotOpen(error, now);
    }
    return undefined;
  }

  /** The file of that identity, open and at the right place; undefined where it cannot or is not to be read here. */
  async #fileOf(identity: string, now: number): Promise<FollowedFile | undefined> {
    const open = this.#chain.find(identity);
    if (open instanceof FollowedFile) return open;
    if (open !== undefined || !this.#isOurs(identity)) return undefined;
    try {
      const file = await FollowedFile.open(this.path, now, this.#settings);
      if (file === undefined) return undefined;
      if (this.#isOurs(file.identity) && !(await this.#isLeftToOthers(file, now)) && this.#known.claim(file)) {
        await this.#place(file);
        return file;
      }
      await file.close();
    } catch (error) {
      this.#cannotOpen(error, now);
    }
    return undefined;
  }

  #isOurs(identity: string): boolean {
    return this.#chain.find(identity) === undefined && !this.#known.isClaimed(identity);
  }

  /**
   * Under a name such as x.1, where x is followed too, a new file is what was rotated away from there, or a copy of it:
   * that follower has the first word.
   */
  async #isLeftToOthers(file: FollowedFile, now: number): Promise<boolean> {
    if (!this.#known.isRotatedForm(this.path)) return false;
    const remembered = this.#known.remembered(file.identity);
    if (remembered !== undefined && (await file.holds(remembered))) return false;
    if (!this.#polled && this.#options.patient !== true) return false;
    if (this.#stranger?.identity !== file.identity) this.#stranger = { identity: file.identity, since: now };
    if (now - this.#stranger.since < patienceMs) return true;
    return this.#known.hasRead(file.head) || (await this.#known.isCopyOfFollowed(file));
  }

  async #place(file: FollowedFile): Promise<void> {
    const remembered = this.#known.remembered(file.identity);
    if (remembered !== undefined && (await file.holds(remembered))) await file.resume(remembered);
    else if (!this.#polled && this.#options.from === 'end' && this.#options.position === undefined) {
      await file.skipToEnd(this.#buffer);
    }
    if (!this.#polled) file.markStored();
  }

  #cannotOpen(error: unknown, now: number): void {
    const code = errorCode(error);
    if (code === undefined) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') this.#trouble.missing(inWords(error), now, vanishGraceMs);
    else this.#trouble.unreadable(inWords(error));
  }

  /** While the path names nothing, files may still come and be rotated away under it: then its directory changes. */
  async #missedWhileMissing(now: number): Promise<void> {
    const changedNs = await directoryChangedNs(this.#last?.base ?? this.path);
    if (this.#last === undefined) this.#absentSince ??= Date.now();
    if (changedNs === this.#searchedNs) return;
    const settled = Date.now() - Number(changedNs / 1_000_000n) > coarseClockMs;
    await this.#insertMissed(now);
    this.#searchedNs = settled ? changedNs : undefined;
  }

  /** Files that were rotated away between two polls, so that the path was never seen to lead to them. */
  async #insertMissed(now: number, next?: FollowedFile): Promise<void> {
    const found = await this.#findMissed(now, next);
    if (found?.doubt !== undefined) this.#gap(0, found.doubt);
    if (found?.wanted !== undefined) await this.#chain.insert(found.wanted, now);
    const later = found?.later ?? [];
    this.counters.rotations += later.length;
    for (const file of later) await this.#chain.insert(file, now);
    const newest = later.at(-1);
    if (newest === undefined || !this.#chain.has(newest)) return;
    this.#last = newest;
    this.#lastPosition = undefined;
    this.#moved = true;
  }

  /** What was rotated away after the last file, or since there was none; the last one too, at its place, if it is not open. */
  async #findMissed(now: number, upTo: FollowedFile | undefined): Promise<Found | undefined> {
    const last = this.#last;
    if (last === undefined) {
      if (this.#absentSince === undefined) return undefined;
      const sinceNs = BigInt(this.#absentSince - coarseClockMs) * 1_000_000n;
      const path = upTo?.base ?? (await baseOf(this.path));
      const wanted = positionOfNothing(path, sinceNs);
      return this.#search({ path, wanted, stillOpen: false, now, upTo, bornSinceNs: sinceNs });
    }
    if (await leadsTo(last.base, last.identity)) return undefined;
    const stillOpen = this.#chain.has(last);
    if (stillOpen && last instanceof FollowedFile) await last.takeInHead();
    const wanted = stillOpen ? last.position() : (this.#lastPosition ?? last.position());
    const found = await this.#search({ path: last.base, wanted, stillOpen, now, upTo });
    await found.wanted?.resume(wanted);
    return found;
  }

  /** What was read of the file is no longer in it. It begins anew before the search, so that what happens meanwhile shows next time. A copy may have been made before it was truncated (copytruncate). */
  async #begunAgain(file: FollowedFile, now: number): Promise<void> {
    this.counters.truncations += 1;
    this.#moved = true;
    const wanted = file.position();
    const seenEnd = wanted.offset + file.destroyed;
    await file.restart();
    if (file === this.#chain.current) await this.#copiesOfEmpty.begin(file);
    const found = await this.#search({ path: file.base, wanted, stillOpen: false, now, upTo: file });
    if (found.wanted === undefined) this.#gap(seenEnd - wanted.offset, 'was truncated, and no copy of it was found');
    else {
      const copy = found.wanted;
      if (copy instanceof FollowedFile) {
        copy.complete = true;
        if (copy.size < seenEnd) this.#gap(seenEnd - copy.size, 'was truncated, and its copy is shorter');
      }
      await copy.resume(wanted);
      await this.#chain.insert(copy, now, file);
    }
    for (const later of found.later) await this.#chain.insert(later, now, file);
  }

  async #search(options: {
    readonly path: string;
    readonly wanted: FilePosition;
    readonly stillOpen: boolean;
    readonly now: number;
    readonly upTo: FollowedFile | undefined;
    readonly bornSinceNs?: bigint;
  }): Promise<Found> {
    const how = { sameInstantIsLater: true, anyName: false, known: this.#known, settings: this.#settings };
    return searchSiblings({ ...options, ...how });
  }

  async #findCopiesOfEmpty(now: number): Promise<void> {
    const { current } = this.#chain;
    if (current === undefined) return;
    const copies = await this.#copiesOfEmpty.look(current, { known: this.#known, settings: this.#settings, now });
    for (const copy of copies) await this.#chain.insert(copy, now, current);
  }

  async #failed(file: ChainFile, error: unknown): Promise<void> {
    if (errorCode(error) === undefined) throw error;
    const what = file === this.#chain.current ? '' : 'a rotated file: ';
    this.#trouble.unreadable(what + inWords(error));
    if (file !== this.#chain.current) this.#gap(file.unread, 'the rest of a rotated file cannot be read');
    await this.#chain.letGo(file);
  }

  async #release(now: number, allRead: boolean): Promise<void> {
    const before = this.#chain.rotated;
    const lost = await this.#chain.release(now);
    if (lost > 0) this.#gap(lost, 'too many rotated files were open at once; the oldest was let go unread');
    if (this.#last !== undefined && !this.#chain.has(this.#last)) this.#lastPosition ??= this.#last.position();
    this.#moved ||= before !== this.#chain.rotated;
    const shortened = allRead ? (this.#chain.current?.takeShortening() ?? 0) : 0;
    if (shortened > 0) this.#gap(shortened, 'was shortened');
  }

  #gap(bytes: number, what: string): void {
    this.counters.gaps += 1;
    this.counters.gap_bytes += Math.max(0, bytes);
    const lost =
      bytes > 0
        ? `at least ${bytes} bytes that were not read yet are lost`
        : 'what it had unread, if anything, is lost';
    this.#say({ kind: 'gap', path: this.path, message: `${what}: ${lost}` });
  }
}

const directoryChangedNs = async (path: string): Promise<bigint> => {
  try {
    return (await stat(dirname(path), { bigint: true })).mtimeNs;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return 0n;
  }
};
