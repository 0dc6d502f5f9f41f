/** Longest list whose room is kept, and longest that is sorted by insertion. */
const FEW = 16;

/**
 * A list filled anew for every record: an array emptied by its length gives its room back, and sorting a few items with
 * `sort` takes half a kilobyte of garbage.
 */
export class ReusedList<T> {
  #items: (T | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  clear(): void {
    if (this.#items.length > FEW) this.#items = [];
    this.#size = 0;
  }

  push(item: T): void {
    this.#items[this.#size] = item;
    this.#size += 1;
  }

  /** The item at a place, from 0; undefined beyond the end. */
  at(place: number): T | undefined {
    return place < this.#size ? this.#items[place] : undefined;
  }

  has(item: T): boolean {
    for (let i = 0; i < this.#size; i += 1) if (this.#items[i] === item) return true;
    return false;
  }

  /** Sorts in place; equal items stay in their order. */
  sort(compare: (left: T, right: T) => number): void {
    const items = this.#items as T[];
    if (this.#size > FEW) {
      items.length = this.#size;
      items.sort(compare);
      return;
    }
    for (let i = 1; i < this.#size; i += 1) {
      const item = items[i] as T;
      let at = i;
      for (; at > 0 && compare(items[at - 1] as T, item) > 0; at -= 1) items[at] = items[at - 1] as T;
      items[at] = item;
    }
  }
}
