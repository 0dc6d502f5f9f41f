/** The newest write of a key: its number and the bytes it takes in the file. */
export interface LiveEntry {
  readonly number: number;
  readonly bytes: number;
}

/** Which entries of a checkpoint hold: what compaction keeps, and how much that is. */
export class LiveEntries {
  size = 0;
  bytes = 0;
  readonly #modules = new Map<string, Map<string, LiveEntry>>();

  put(module: string, key: string, entry: LiveEntry): void {
    let keys = this.#modules.get(module);
    if (keys === undefined) {
      keys = new Map();
      this.#modules.set(module, keys);
    }
    const before = keys.get(key);
    keys.set(key, entry);
    this.bytes += entry.bytes - (before?.bytes ?? 0);
    if (before === undefined) this.size += 1;
  }

  delete(module: string, key: string): void {
    const keys = this.#modules.get(module);
    const before = keys?.get(key);
    if (keys === undefined || before === undefined) return;
    keys.delete(key);
    if (keys.size === 0) this.#modules.delete(module);
    this.bytes -= before.bytes;
    this.size -= 1;
  }

  /** Whether this is the write that holds for the key. */
  has(module: string, key: string, number: number): boolean {
    return this.#modules.get(module)?.get(key)?.number === number;
  }
}
