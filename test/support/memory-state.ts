import type { KeyedState } from '../../src/module.js';

/** A module's memory without a disk. `changed` names what was written since it was last cleared. */
export class MemoryState implements KeyedState {
  readonly changed = new Set<string>();
  readonly #values: Map<string, unknown>;
  #epoch = 0;

  constructor(entries: Iterable<[string, unknown]> = []) {
    this.#values = new Map(entries);
  }

  /** What a restart would find: plain JSON, nothing shared. */
  clone(): MemoryState {
    return new MemoryState(JSON.parse(JSON.stringify([...this.#values])) as [string, unknown][]);
  }

  /** All entries by key. */
  sorted(): [string, unknown][] {
    return [...this.#values].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  get size(): number {
    return this.#values.size;
  }

  get<V>(key: string): Readonly<V> | undefined {
    return this.#values.get(key) as V | undefined;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  edit<V>(key: string): V | undefined {
    if (this.#values.has(key)) this.changed.add(key);
    return this.#values.get(key) as V | undefined;
  }

  willChange(key: string): void {
    if (this.#values.has(key)) this.changed.add(key);
  }

  /** Never the same: `changed` may have been cleared since. */
  get epoch(): number {
    this.#epoch += 1;
    return this.#epoch;
  }

  put(key: string, value: unknown): void {
    this.changed.add(key);
    this.#values.set(key, value);
  }

  delete(key: string): boolean {
    this.changed.add(key);
    return this.#values.delete(key);
  }

  keys(): IterableIterator<string> {
    return this.#values.keys();
  }

  entries(): IterableIterator<[string, unknown]> {
    return this.#values.entries();
  }
}
