interface Entry {
  readonly results: readonly string[];
  readonly at: number;
  readonly characters: number;
}

/** Answers by question, "nothing found" too; the one that was used least recently goes first when there are too many. */
export class ResultCache {
  readonly #entries = new Map<string, Entry>();
  readonly #most: { readonly entries: number; readonly characters: number };
  #characters = 0;

  constructor(most: { readonly entries: number; readonly characters: number }) {
    this.#most = most;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The answer given at `since` or later, in ms of any origin; undefined where there is none. */
  get(key: string, since: number): readonly string[] | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.at < since) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.results;
  }

  put(key: string, results: readonly string[], at: number): void {
    this.#remove(key);
    const characters = results.reduce((sum, result) => sum + result.length, key.length);
    this.#entries.set(key, { results, at, characters });
    this.#characters += characters;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#most.entries && this.#characters <= this.#most.characters) break;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    this.#characters -= this.#entries.get(key)?.characters ?? 0;
    this.#entries.delete(key);
  }
}
