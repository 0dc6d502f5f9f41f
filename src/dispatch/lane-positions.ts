import { dirname } from 'node:path';
import { z } from 'zod';
import type { FilePlace } from '../appender/file-places.js';
import { messageOf } from '../fault.js';
import { type FileLayer, realFiles, readWhole } from '../journal/file-layer.js';
import { killPoint } from '../kill-point.js';
import type { Log } from '../module.js';

/** How far a listener has come. */
export interface LanePosition {
  /** Number of the newest event that is delivered. */
  readonly event: number;
  /** How far its files are written, by path. */
  readonly files: ReadonlyMap<string, FilePlace>;
}

const count = z.number().int().nonnegative();
const filePlace = z.object({ dev: z.number(), ino: z.number(), end: count, event: count, lines: count });
/** Before files had places, a position was a number. */
const lanePosition = z.union([count, z.object({ event: count, files: z.record(z.string(), filePlace).default({}) })]);
const positionsFile = z.record(z.string(), lanePosition);

const nowhere: LanePosition = { event: 0, files: new Map() };
/** What moves within this time is written at once. */
const gatherMs = 50;

/** The positions in the text of such a file, by listener. Throws where it is none. */
export const positionsIn = (text: string): Map<string, LanePosition> => {
  const positions = new Map<string, LanePosition>();
  for (const [lane, position] of Object.entries(positionsFile.parse(JSON.parse(text)))) {
    if (typeof position === 'number') positions.set(lane, { event: position, files: new Map() });
    else positions.set(lane, { event: position.event, files: new Map(Object.entries(position.files)) });
  }
  return positions;
};

/** How far each listener has come, and its files, kept in one small file that is replaced whole, safe against loss of power. */
export class LanePositions {
  readonly #path: string | undefined;
  readonly #log: Log;
  readonly #fs: FileLayer;
  readonly #positions: Map<string, LanePosition>;
  #saved: ReadonlyMap<string, LanePosition>;
  /** Where a listener begins of which nothing is known because the file was damaged or is gone. */
  readonly #otherwise: LanePosition | undefined;
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #soon: NodeJS.Timeout | undefined;
  #failing = false;

  private constructor(options: {
    path: string | undefined;
    fs: FileLayer;
    positions: Map<string, LanePosition>;
    otherwise?: LanePosition;
    log: Log;
  }) {
    this.#path = options.path;
    this.#fs = options.fs;
    this.#positions = options.positions;
    this.#saved = new Map(options.positions);
    this.#otherwise = options.otherwise;
    this.#log = options.log;
  }

  /** Reads the file. What was noted beyond the newest event that is kept is not believed: such numbers will be given again. */
  static async open(options: {
    readonly path: string | undefined;
    /** Number of the newest event that is kept. */
    readonly newestEvent: number;
    readonly log: Log;
    readonly fs?: FileLayer;
  }): Promise<LanePositions> {
    const { path, newestEvent, log, fs = realFiles } = options;
    if (path === undefined) return new LanePositions({ path, fs, positions: new Map(), log });
    await fs.makeDir(dirname(path));
    try {
      const positions = positionsIn(await readText(fs, path));
      const newestNoted = Math.max(0, ...[...positions.values()].map(({ event }) => event));
      if (newestNoted > newestEvent) {
        log.warn(
          `outbox: its last event is ${newestEvent}, and listeners had events up to ${newestNoted}: what a loss of power took ` +
            'comes again; where the disk is damaged, listeners that lag do not get what was between',
        );
      }
      for (const [lane, position] of positions) positions.set(lane, within(position, newestEvent));
      return new LanePositions({ path, fs, positions, log });
    } catch (cause) {
      const positions = new Map<string, LanePosition>();
      const isGone = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      if (isGone && newestEvent === 0) return new LanePositions({ path, fs, positions, log });
      const why = isGone
        ? 'is gone, and there were events'
        : `cannot be read (${messageOf(cause).replaceAll(/\s+/gu, ' ').slice(0, 200)})`;
      log.error(`${path} ${why}: listeners begin with the oldest kept event, and what they had comes again`);
      return new LanePositions({ path, fs, positions, otherwise: nowhere, log });
    }
  }

  /** Whether anything is kept over a restart. */
  get persistent(): boolean {
    return this.#path !== undefined;
  }

  get(lane: string): LanePosition | undefined {
    return this.#positions.get(lane) ?? this.#otherwise;
  }

  /** Number of the newest event that a listener has for certain, whatever happens; without a file, that it has. */
  saved(lane: string): number {
    return (this.#path === undefined ? this.#positions : this.#saved).get(lane)?.event ?? 0;
  }

  /** Notes a listener's place; written soon. */
  set(lane: string, position: LanePosition): void {
    this.#positions.set(lane, position);
    this.#soon ??= setTimeout(() => void this.write(), gatherMs).unref();
  }

  /** Resolves when everything noted so far is in the file, or could not be. Calls during a write share the one that follows it. */
  write(): Promise<void> {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    const path = this.#path;
    if (path === undefined) return Promise.resolve();
    this.#next ??= this.#current.then(() => {
      this.#next = undefined;
      this.#current = this.#write(path);
      return this.#current;
    });
    return this.#next;
  }

  async #write(path: string): Promise<void> {
    const positions = new Map(this.#positions);
    try {
      await replace(this.#fs, path, Buffer.from(textOf(positions)));
      this.#saved = positions;
      killPoint('positions-written');
      if (this.#failing) this.#log.info(`${path} can be written again`);
      this.#failing = false;
    } catch (cause) {
      if (!this.#failing) this.#log.error(`${path} cannot be written (${messageOf(cause)}): a restart repeats events`);
      this.#failing = true;
    }
  }
}

const within = ({ event, files }: LanePosition, newest: number): LanePosition => ({
  event: Math.min(event, newest),
  files: new Map(
    [...files].map(([path, place]) => [path, place.event > newest ? { ...place, event: 0, lines: 0 } : place]),
  ),
});

const textOf = (positions: ReadonlyMap<string, LanePosition>): string =>
  JSON.stringify(
    Object.fromEntries(
      [...positions].map(([lane, { event, files }]) => [lane, { event, files: Object.fromEntries(files) }]),
    ),
  );

const readText = async (fs: FileLayer, path: string): Promise<string> => {
  const file = await fs.open(path, 'read');
  try {
    const bytes = Buffer.alloc(await file.size());
    return bytes.toString('utf8', 0, await readWhole(file, bytes, 0));
  } finally {
    await file.close();
  }
};

const replace = async (fs: FileLayer, path: string, bytes: Uint8Array): Promise<void> => {
  const file = await fs.open(`${path}.new`, 'create');
  try {
    for (let at = 0; at < bytes.length; ) at += await file.write(bytes.subarray(at), at);
    await file.sync();
  } finally {
    await file.close();
  }
  await fs.rename(`${path}.new`, path);
  await fs.syncDir(dirname(path));
};
