// Longer than most: the options, the loop and the words of one input.
import { escapeControls } from '../escape.js';
import { messageOf } from '../fault.js';
import { FrameSource } from '../journal/block.js';
import type { Json } from '../json.js';
import {
  bufferBytesFor,
  type FileFinder,
  isPattern,
  KnownFiles,
  newCounters,
  parseTailPosition,
  TailFile,
  type TailReport,
} from '../tail-file/index.js';
import type { FrameSink, Input, InputCounters } from './input.js';
import type { TailOptions } from './tail-options.js';
import { absolute, finderOf, mostFiles } from './tail-pattern.js';
import { TailSet, type Followed } from './tail-set.js';
import { watchFiles } from './tail-watch.js';

const hotMs = 5000;
const listEveryMs = 2000;
/** After a change in a directory. */
const listSoonMs = 100;
/** Listing takes at most this share of the time. */
const listShare = 0.02;
/** What was written before `stop` is read by it, if that takes no longer. */
const lastLookMs = 2000;
/** Changes seen by the watcher are worked on together, so often at the most. */
const wakeMs = 20;

/**
 * Lines of files, followed through rotation. Empty lines are counted and are no frames. A last line without a newline
 * is held back until its newline comes, and left for the next run on `stop`; a rotated file's is pushed, marked
 * partial, once the file is quiet for a second. Compressed files are not followed; what a followed file had unread
 * when it was compressed is read.
 */
export class TailInput implements Input {
  readonly name: string;
  readonly address: string;
  readonly #sink: FrameSink;
  readonly #options: TailOptions;
  readonly #path: string;
  readonly #set: TailSet;
  readonly #goesOn: boolean;
  readonly #finder: FileFinder;
  readonly #known = new KnownFiles();
  readonly #counters = newCounters();
  readonly #buffer: Buffer;
  readonly #live: FrameSource;
  readonly #said = new Set<string>();
  #abort: () => void = nothing;
  #wake: () => void = nothing;
  /** Paths the watcher has told of that are not followed yet. */
  readonly #appeared = new Set<string>();
  /** The watcher has told of a change since the last pause. */
  #changed = false;
  #listDueAt = 0;
  #listNotBefore = 0;
  #caughtUp = false;
  #empty = 0;
  #failures = 0;
  #stopping = false;
  #watcher: { close(): Promise<void> } | undefined;
  #running: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  /** @throws InputError where the pattern is not one. */
  constructor(sink: FrameSink, options: TailOptions) {
    const { pattern, maxFrame = 65_536, timeZone, year } = options;
    this.#sink = sink;
    this.#options = options;
    this.name = `tail ${pattern}`;
    this.address = pattern;
    this.#path = absolute(pattern);
    this.#finder = finderOf(pattern, this.#path);
    const create = (path: string, from: 'start' | 'end', absentSince: number | undefined): TailFile =>
      this.#tailOf(path, from, absentSince);
    this.#goesOn = (options.positions?.size ?? 0) > 0;
    this.#set = new TailSet({ finder: this.#finder, most: mostFiles, create, goesOn: this.#goesOn });
    this.#buffer = Buffer.alloc(bufferBytesFor(maxFrame));
    this.#live = new FrameSource({ input: this.name, timeZone, year });
  }

  async start(): Promise<void> {
    if (this.#running !== undefined || this.#stopping) return;
    const positions = this.#options.positions ?? new Map<string, Json>();
    for (const stored of positions.values()) {
      const position = parseTailPosition(stored);
      if (position !== undefined) this.#known.rememberAll(position);
    }
    const more = isPattern(this.#options.pattern) ? [] : [this.#path];
    await this.#list([...positions.keys(), ...more], this.#options.from ?? 'start');
    this.#watcher = watchFiles(this.#finder, {
      touched: (path) => this.#touched(path),
      appeared: (path) => {
        if (!this.#set.has(path) && this.#appeared.size < mostFiles) this.#appeared.add(path);
        this.#touched(path);
      },
      listed: () => {
        this.#listDueAt = Math.min(this.#listDueAt, this.#listNotBefore);
      },
      failed: (error) =>
        this.#sayOnce('watch', `cannot watch for changes: ${messageOf(error)}; looking every now and then`),
    });
    this.#running = this.#run();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  counters(): InputCounters {
    const { lines, ...others } = this.#counters;
    return {
      received: lines - this.#empty,
      ...others,
      empty: this.#empty,
      failures: this.#failures,
      files: this.#set.size,
      compressed_files: this.#set.packed.size,
    };
  }

  async #stop(): Promise<void> {
    this.#stopping = true;
    this.#abort();
    this.#wake();
    await this.#running;
    await this.#watcher?.close();
    const until = performance.now() + lastLookMs;
    for (const followed of this.#set.all) {
      if (this.#running !== undefined && performance.now() < until) await this.#poll(followed);
    }
    for (const { tail } of this.#set.all) await tail.close();
  }

  #touched(path: string): void {
    this.#set.touch(path);
    this.#changed = true;
    this.#wake();
    this.#wake = nothing;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const more = await this.#round();
      if (!more) await this.#pause();
    }
  }

  /** Until the next poll is due, or shortly after a change. */
  async #pause(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((done) => {
      const soon = (): void => {
        clearTimeout(timer);
        timer = setTimeout(done, this.#stopping ? 0 : wakeMs);
      };
      timer = setTimeout(done, this.#options.pollMs ?? 250);
      if (this.#changed || this.#stopping) soon();
      else this.#wake = soon;
    });
    this.#wake = nothing;
    this.#changed = false;
  }

  /** Looks at the files that may have changed and at some of the others. Answers whether there is more to read at once. */
  async #round(): Promise<boolean> {
    await this.#takeIn();
    if (performance.now() >= this.#listDueAt) await this.#list([], 'start');
    let more = false;
    for (const followed of this.#set.due(performance.now())) {
      await this.#takeIn();
      if (this.#sink.full) await this.#roomInSink();
      if (this.#stopping) return false;
      const unfinished = await this.#poll(followed);
      if (unfinished && followed.rotated && !this.#caughtUp) return true;
      more ||= unfinished;
    }
    this.#caughtUp = true;
    return more;
  }

  /** Opens files that have just appeared, before anything that takes long: they may soon be rotated. */
  async #takeIn(): Promise<void> {
    while (this.#appeared.size > 0 && !this.#stopping) {
      const paths = [...this.#appeared];
      this.#appeared.clear();
      for (const followed of await this.#set.add(paths)) await this.#poll(followed);
    }
  }

  /** Until the sink takes frames again, or `stop`. */
  async #roomInSink(): Promise<void> {
    await new Promise<void>((done, failed) => {
      this.#abort = done;
      this.#sink.drained().then(done, failed);
    });
  }

  async #poll(followed: Followed): Promise<boolean> {
    const { tail } = followed;
    followed.touched = false;
    try {
      const { more, moved, active } = await tail.poll(performance.now());
      const position = tail.position();
      if (moved && position !== undefined) this.#sink.position(this.name, tail.path, position);
      if (active) followed.hotUntil = performance.now() + hotMs;
      followed.touched ||= more;
      followed.failure = undefined;
      return more;
    } catch (error) {
      const failure = messageOf(error);
      this.#failures += 1;
      if (failure !== followed.failure) this.#warn(`${tail.path}: cannot be followed: ${failure}; trying on`);
      followed.failure = failure;
      return false;
    }
  }

  async #list(more: readonly string[], from: 'start' | 'end'): Promise<void> {
    const begun = performance.now();
    this.#listDueAt = Number.POSITIVE_INFINITY;
    if (isPattern(this.#options.pattern) || more.length > 0) {
      const { packed, tooMany } = await this.#set.find(more, from);
      const [first] = packed;
      if (first !== undefined) {
        const others = packed.length === 1 ? '' : ` and ${packed.length - 1} more`;
        this.#sayOnce('packed', `${first}${others}: compressed, so not followed; replay reads such files`);
      }
      if (tooMany) this.#sayOnce('many', `more than ${mostFiles} files; only so many are followed`);
    }
    if (this.#caughtUp && isPattern(this.#options.pattern)) {
      for (const path of await this.#set.prune()) this.#sink.position(this.name, path, undefined);
    }
    const now = performance.now();
    this.#listNotBefore = now + Math.max(listSoonMs, (now - begun) / listShare);
    this.#listDueAt = Math.min(this.#listDueAt, Math.max(now + listEveryMs, this.#listNotBefore));
  }

  #tailOf(path: string, from: 'start' | 'end', absentSince: number | undefined): TailFile {
    const position = parseTailPosition(this.#options.positions?.get(path));
    const { maxFrame = 65_536, timeZone, year } = this.#options;
    let stored = this.#live;
    const tail = new TailFile({
      path,
      from,
      ...(position === undefined ? { absentSince } : { position }),
      maxLineBytes: maxFrame,
      patient: this.#running !== undefined || this.#goesOn,
      known: this.#known,
      buffer: this.#buffer,
      counters: this.#counters,
      onLine: (bytes, start, end, flags, storedAt) => {
        if (this.#sink.full) return false;
        if (start === end) {
          this.#empty += 1;
          return true;
        }
        if (storedAt !== undefined && stored.referenceTime !== storedAt) {
          stored = new FrameSource({ input: this.name, timeZone, year, referenceTime: storedAt });
        }
        const source = storedAt === undefined ? this.#live : stored;
        this.#sink.push({ source, bytes, start, end, receivedAt: Date.now(), flags });
        return true;
      },
      together: (give) =>
        this.#sink.together(() => {
          give();
          const reached = tail.position();
          if (reached !== undefined) this.#sink.position(this.name, path, reached);
        }),
      onReport: (report) => this.#report(report),
    });
    return tail;
  }

  #report({ kind, path, message }: TailReport): void {
    if (kind === 'missing' && this.#known.isRotatedForm(path)) return;
    const text = `${this.name}: ${path}: ${message}`;
    if (kind === 'back') this.#options.log.info(escapeControls(text));
    else this.#options.log.warn(escapeControls(text));
  }

  #warn(message: string): void {
    this.#options.log.warn(escapeControls(`${this.name}: ${message}`));
  }

  #sayOnce(what: string, message: string): void {
    if (this.#said.has(what)) return;
    this.#said.add(what);
    this.#warn(message);
  }
}

const nothing = (): void => undefined;
