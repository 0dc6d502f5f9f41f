import { messageOf } from '../fault.js';
import type { KeyedState } from '../module.js';

/** Takes one changed entry of a checkpoint: its value as JSON, undefined where it is gone. */
export type TakeChange = (module: string, key: string, json: string | undefined) => void;

/** Told of an entry that JSON cannot carry, and why: it is not in the checkpoint, which keeps what it had of it before. */
export type TellUnsaved = (module: string, key: string, reason: string) => void;

/**
 * One module's memory. Knows what changed since the last checkpoint, and can give that out in slices while it goes on changing:
 * an entry that is about to change is given out first, as it was.
 */
export class ModuleState implements KeyedState {
  readonly #module: string;
  readonly #values = new Map<string, unknown>();
  #changed = new Set<string>();
  #due = new Set<string>();
  #take: TakeChange | undefined;
  #unsaved: TellUnsaved | undefined;
  epoch = 0;

  readonly #tracked: boolean;

  /** `tracked`: checkpoints will be asked for; without them nothing is noted. */
  constructor(module: string, tracked = true) {
    this.#module = module;
    this.#tracked = tracked;
  }

  get<V>(key: string): Readonly<V> | undefined {
    return this.#values.get(key) as V | undefined;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  edit<V>(key: string): V | undefined {
    this.willChange(key);
    return this.#values.get(key) as V | undefined;
  }

  /** @throws TypeError where the key is no text */
  put(key: string, value: unknown): void {
    if (typeof key !== 'string') throw new TypeError(`a key of state is ${typeof key}, a text would be right`);
    this.willChange(key);
    this.#values.set(key, value);
  }

  delete(key: string): boolean {
    this.willChange(key);
    return this.#values.delete(key);
  }

  keys(): IterableIterator<string> {
    return this.#values.keys();
  }

  entries(): IterableIterator<[string, unknown]> {
    return this.#values.entries();
  }

  get size(): number {
    return this.#values.size;
  }

  /** Puts back what a checkpoint kept; it does not count as changed. */
  restore(key: string, value: unknown): void {
    this.#values.set(key, value);
  }

  /** From here on `slice` gives out what changed before this call, as it was at this call. */
  beginCheckpoint(take: TakeChange, unsaved?: TellUnsaved): void {
    this.epoch += 1;
    this.#due = this.#changed;
    this.#changed = new Set();
    this.#take = take;
    this.#unsaved = unsaved;
  }

  /** Gives out at most `most` entries; how many it gave. 0: all are out. */
  slice(most: number): number {
    let given = 0;
    for (const key of this.#due) {
      if (given === most) break;
      this.#give(key);
      given += 1;
    }
    return given;
  }

  /** What was given out did not reach the disk: it counts as changed again. */
  abandon(keys: Iterable<string>): void {
    for (const key of keys) this.#changed.add(key);
    for (const key of this.#due) this.#changed.add(key);
    this.#due.clear();
  }

  willChange(key: string): void {
    if (!this.#tracked) return;
    if (this.#due.size > 0 && this.#due.has(key)) this.#give(key);
    this.#changed.add(key);
  }

  #give(key: string): void {
    this.#due.delete(key);
    const value = this.#values.get(key);
    if (value === undefined) {
      this.#take?.(this.#module, key, undefined);
      return;
    }
    const { json, reason } = toJson(value);
    if (json === undefined) this.#unsaved?.(this.#module, key, reason);
    else this.#take?.(this.#module, key, json);
  }
}

const toJson = (value: unknown): { readonly json: string | undefined; readonly reason: string } => {
  try {
    // A function has no JSON, whatever the declaration says.
    const json = JSON.stringify(value) as string | undefined;
    return { json, reason: `a ${typeof value} has no JSON` };
  } catch (thrown) {
    return { json: undefined, reason: messageOf(thrown).replaceAll(/\s+/g, ' ') };
  }
};
