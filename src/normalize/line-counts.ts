/** Most lines remembered in one generation; two are kept, so equal lines up to this many lines apart are told apart. */
const GENERATION = 16_384;
const SLOTS = GENERATION * 2;

/** Which lines were seen how often, as plain data: two halves of a line's key and its count, again and again. */
export interface EqualLines {
  readonly older: readonly number[];
  readonly recent: readonly number[];
}

/** Key high, key low, count, nothing: a slot never lies on two cache lines. */
const WIDTH = 4;

/** Counts of one generation of lines, in open addressing without an allocation a line. */
class Generation {
  /** A count of 0: the slot is free. */
  readonly #slots = new Int32Array(SLOTS * WIDTH);
  size = 0;

  /** Where the line is, or would be. */
  slot(high: number, low: number): number {
    const slots = this.#slots;
    let slot = ((high ^ (low >>> 7)) & (SLOTS - 1)) * WIDTH;
    while (slots[slot + 2] !== 0 && (slots[slot] !== high || slots[slot + 1] !== low)) {
      slot = (slot + WIDTH) & (SLOTS * WIDTH - 1);
    }
    return slot;
  }

  countAt(slot: number): number {
    return this.#slots[slot + 2] ?? 0;
  }

  set(slot: number, high: number, low: number, count: number): void {
    const slots = this.#slots;
    if (slots[slot + 2] === 0) this.size += 1;
    slots[slot] = high;
    slots[slot + 1] = low;
    slots[slot + 2] = count;
  }

  clear(): void {
    this.#slots.fill(0);
    this.size = 0;
  }

  entries(): number[] {
    const entries: number[] = [];
    for (let slot = 0; slot < SLOTS * WIDTH; slot += WIDTH) {
      const [high = 0, low = 0, count = 0] = this.#slots.subarray(slot, slot + 3);
      if (count > 0) entries.push(high, low, count);
    }
    return entries;
  }

  fill(entries: readonly number[]): void {
    for (let i = 0; i + 2 < entries.length && this.size < GENERATION; i += 3) {
      const [high = 0, low = 0, count = 1] = entries.slice(i, i + 3);
      this.set(this.slot(high, low), high, low, count);
    }
  }
}

/** How often each line came among the last ones, by a 64-bit key of it. Bounded: of 16,384 different lines all are known, of older ones none. */
export class LineCounts {
  #older = new Generation();
  #recent = new Generation();

  constructor(state?: EqualLines) {
    if (state === undefined) return;
    this.#older.fill(state.older);
    this.#recent.fill(state.recent);
  }

  /** How often the line came before; from now on once more. */
  count(high: number, low: number): number {
    let slot = this.#recent.slot(high, low);
    let before = this.#recent.countAt(slot);
    if (before === 0) {
      before = this.#older.countAt(this.#older.slot(high, low));
      if (this.#recent.size >= GENERATION) {
        this.#turn();
        slot = this.#recent.slot(high, low);
      }
    }
    this.#recent.set(slot, high, low, before + 1);
    return before;
  }

  /** The counts, to go on with after a restart. */
  save(): EqualLines {
    return { older: this.#older.entries(), recent: this.#recent.entries() };
  }

  #turn(): void {
    const forgotten = this.#older;
    this.#older = this.#recent;
    forgotten.clear();
    this.#recent = forgotten;
  }
}
