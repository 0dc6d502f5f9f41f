/** Most lines remembered in one generation; two are kept, so equal lines up to this many lines apart are told apart. */
const GENERATION = 16_384;
const SLOTS = GENERATION * 2;

/** Which lines were seen how often, as plain data: two halves of a line's key and its count, again and again. */
export interface EqualLines {
  readonly older: readonly number[];
  readonly recent: readonly number[];
}

/** Counts of one generation of lines, in open addressing without an allocation a line. */
class Generation {
  readonly #high = new Int32Array(SLOTS);
  readonly #low = new Int32Array(SLOTS);
  /** 0: the slot is free. */
  readonly #counts = new Uint32Array(SLOTS);
  size = 0;

  get(high: number, low: number): number {
    return this.#counts[this.#slot(high, low)] ?? 0;
  }

  set(high: number, low: number, count: number): void {
    const slot = this.#slot(high, low);
    if (this.#counts[slot] === 0) this.size += 1;
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#counts[slot] = count;
  }

  clear(): void {
    this.#counts.fill(0);
    this.size = 0;
  }

  entries(): number[] {
    const entries: number[] = [];
    for (const [slot, count] of this.#counts.entries()) {
      if (count > 0) entries.push(this.#high[slot] ?? 0, this.#low[slot] ?? 0, count);
    }
    return entries;
  }

  fill(entries: readonly number[]): void {
    for (let i = 0; i + 2 < entries.length && this.size < GENERATION; i += 3) {
      this.set(entries[i] ?? 0, entries[i + 1] ?? 0, entries[i + 2] ?? 1);
    }
  }

  #slot(high: number, low: number): number {
    let slot = (high ^ (low >>> 7)) & (SLOTS - 1);
    while (this.#counts[slot] !== 0 && (this.#high[slot] !== high || this.#low[slot] !== low)) {
      slot = (slot + 1) & (SLOTS - 1);
    }
    return slot;
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
    let before = this.#recent.get(high, low);
    if (before === 0) {
      before = this.#older.get(high, low);
      if (this.#recent.size >= GENERATION) this.#turn();
    }
    this.#recent.set(high, low, before + 1);
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
