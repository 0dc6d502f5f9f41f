import type { Log } from '../module.js';

interface Unsaved {
  readonly key: string;
  readonly reason: string;
  entries: number;
}

const longestKey = 100;

/** What modules keep and a checkpoint could not: told in one line a module, however much it is. */
export class UnsavedState {
  readonly #modules = new Map<string, Unsaved>();

  /** Notes one entry. */
  note(module: string, key: string, reason: string): void {
    const noted = this.#modules.get(module) ?? { key, reason, entries: 0 };
    noted.entries += 1;
    this.#modules.set(module, noted);
  }

  /** Says what has been noted. */
  say(log: Log): void {
    for (const [module, { key, reason, entries }] of this.#modules) {
      const more = entries > 1 ? ` and ${entries - 1} other entries` : '';
      log.error(
        `checkpoint: the state ${JSON.stringify(key.slice(0, longestKey))}${more} of module ${module} cannot be saved: ` +
          `${reason}; a value that JSON can carry would be right. A restart has what was saved of it before`,
      );
    }
  }
}
