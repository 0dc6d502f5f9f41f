/** An entry that is passed over, for the core died of it again and again. */
export interface SetAside {
  /** Its number in the journal. */
  readonly seq: number;
  /** Who was at work on it: a module's name, `plugin <name>`, or `core`. */
  readonly by: string;
  readonly reason: string;
}

/** A module or plugin that is not asked any more. */
interface TurnedOff {
  /** A module's name, or `plugin <name>`. */
  readonly name: string;
  /** The first entry it is not asked about. */
  readonly from: number;
  /** The last such entry; absent while it is off. */
  readonly until?: number | undefined;
  readonly reason: string;
}

/** What the core is a function of beside the journal and its configuration: what it could not get over. */
export interface Verdicts {
  readonly aside: readonly SetAside[];
  readonly off: readonly TurnedOff[];
}

/** Nothing was decided. */
export const noVerdicts: Verdicts = Object.freeze({ aside: [], off: [] });

/** What holds from an entry on. */
export interface Verdict {
  /** This very entry is passed over. */
  readonly aside: SetAside | undefined;
  /** Turned off with this very entry. */
  readonly turnedOff: readonly TurnedOff[];
  /** Names of all that is off at it. */
  readonly off: ReadonlySet<string>;
}

/** Goes along the journal with the verdicts: a comparison an entry, and something to do at few. */
export class VerdictWalk {
  /** The next entry, or one behind it, at which to ask `at`. */
  due = 0;
  readonly #verdicts: Verdicts;
  readonly #aside: ReadonlyMap<number, SetAside>;
  readonly #places: readonly number[];

  constructor(verdicts: Verdicts) {
    this.#verdicts = verdicts;
    this.#aside = new Map(verdicts.aside.map((one) => [one.seq, one]));
    const places = new Set<number>();
    for (const { seq } of verdicts.aside) places.add(seq);
    for (const { from, until } of verdicts.off) {
      places.add(from);
      if (until !== undefined) places.add(until + 1);
    }
    this.#places = [...places].sort((a, b) => a - b);
    if (this.#places.length === 0) this.due = Infinity;
  }

  /** What holds at an entry. Entries are asked about in rising order. */
  at(seq: number): Verdict {
    this.due = this.#places.find((place) => place > seq) ?? Infinity;
    const off = this.#verdicts.off.filter(({ from, until = Infinity }) => from <= seq && seq <= until);
    return {
      aside: this.#aside.get(seq),
      turnedOff: off.filter(({ from }) => from === seq),
      off: new Set(off.map(({ name }) => name)),
    };
  }
}
