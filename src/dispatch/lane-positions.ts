import { readFile, rename, writeFile } from 'node:fs/promises';
import { messageOf } from '../fault.js';
import type { Log } from '../module.js';

/** How far each listener has come, kept in one small file that is replaced whole. */
export class LanePositions {
  readonly #path: string | undefined;
  readonly #log: Log;
  readonly #positions: Map<string, number>;
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  private constructor(path: string | undefined, positions: Map<string, number>, log: Log) {
    this.#path = path;
    this.#positions = positions;
    this.#log = log;
  }

  static async open(path: string | undefined, log: Log): Promise<LanePositions> {
    if (path === undefined) return new LanePositions(path, new Map(), log);
    let positions = new Map<string, number>();
    try {
      positions = new Map(Object.entries(JSON.parse(await readFile(path, 'utf8')) as Record<string, number>));
    } catch (cause) {
      const absent = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      if (!absent)
        log.error(`${path} cannot be read (${messageOf(cause)}): listeners begin with the oldest kept event`);
    }
    return new LanePositions(path, positions, log);
  }

  get(lane: string): number | undefined {
    return this.#positions.get(lane);
  }

  /** Notes a listener's place; written soon. */
  set(lane: string, position: number): void {
    this.#positions.set(lane, position);
    void this.write();
  }

  /** Resolves when everything noted so far is in the file. Calls during a write share the one that follows it. */
  write(): Promise<void> {
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
    try {
      await writeFile(`${path}.new`, JSON.stringify(Object.fromEntries(this.#positions)), { mode: 0o600 });
      await rename(`${path}.new`, path);
    } catch (cause) {
      this.#log.error(`${path} cannot be written (${messageOf(cause)}): a restart repeats events`);
    }
  }
}
