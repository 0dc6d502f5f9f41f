import { readFile, rename, writeFile } from 'node:fs/promises';
import { messageOf } from '../fault.js';
import type { Log } from '../module.js';

/** How far each listener has come, kept in one small file that is replaced whole. */
export class LanePositions {
  readonly #path: string | undefined;
  readonly #log: Log;
  readonly #positions: Map<string, number>;
  #writing: Promise<void> | undefined;
  #again = false;

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

  /** Resolves when everything noted so far is in the file. A write under way is followed by one more for all that came meanwhile. */
  async write(): Promise<void> {
    if (this.#path === undefined) return;
    if (this.#writing !== undefined) {
      this.#again = true;
      await this.#writing;
      return;
    }
    this.#writing = this.#writeAll(this.#path);
    await this.#writing;
    this.#writing = undefined;
  }

  async #writeAll(path: string): Promise<void> {
    do {
      this.#again = false;
      try {
        await writeFile(`${path}.new`, JSON.stringify(Object.fromEntries(this.#positions)), { mode: 0o600 });
        await rename(`${path}.new`, path);
      } catch (cause) {
        this.#log.error(`${path} cannot be written (${messageOf(cause)}): a restart repeats events`);
      }
    } while (this.#again);
  }
}
