import { createHash } from 'node:crypto';

const longestKept = 64;

/** Ids are the sender's: a long one is known by its digest, so that memory is bounded by the count. */
const keyOf = (id: string): string =>
  id.length <= longestKept ? id : `sha256 ${createHash('sha256').update(id).digest('base64')}`;

/** The last so many ids added. */
export class RecentIds {
  readonly #slots: (string | undefined)[];
  readonly #slotOf = new Map<string, number>();
  #next = 0;

  constructor(most: number) {
    this.#slots = new Array<string | undefined>(most).fill(undefined);
  }

  /** Adds an id, for which the oldest goes. False where it is among them already. */
  add(id: string): boolean {
    const key = keyOf(id);
    if (this.#slotOf.has(key)) return false;
    const oldest = this.#slots[this.#next];
    // A forgotten id leaves its slot behind; where it was added again since, it has another.
    if (oldest !== undefined && this.#slotOf.get(oldest) === this.#next) this.#slotOf.delete(oldest);
    this.#slots[this.#next] = key;
    this.#slotOf.set(key, this.#next);
    this.#next = (this.#next + 1) % this.#slots.length;
    return true;
  }

  /** The id may be added again. */
  forget(id: string): void {
    this.#slotOf.delete(keyOf(id));
  }
}
