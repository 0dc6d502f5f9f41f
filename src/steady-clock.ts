const toleranceMs = 60_000;
const believedAfterMs = 3_600_000;

/** Where times come from. */
export interface Clocks {
  /** ms since the epoch; may jump. */
  readonly wall: () => number;
  /** ms; never jumps. */
  readonly monotonic: () => number;
}

/**
 * The time of day for what cannot be undone: a jump forward (a wrong time server, a machine that slept) is believed once it
 * has lasted an hour, a jump back at once.
 */
export class SteadyClock {
  readonly #clocks: Clocks;
  #time: number;
  #at: number;
  #jumpedAt: number | undefined;

  constructor(clocks: Clocks = { wall: Date.now, monotonic: () => performance.now() }) {
    this.#clocks = clocks;
    this.#time = clocks.wall();
    this.#at = clocks.monotonic();
  }

  /** ms since the epoch. */
  now(): number {
    const [wall, at] = [this.#clocks.wall(), this.#clocks.monotonic()];
    const expected = this.#time + at - this.#at;
    if (wall > expected + toleranceMs) {
      this.#jumpedAt ??= at;
      if (at - this.#jumpedAt < believedAfterMs) return expected;
    }
    this.#jumpedAt = undefined;
    this.#time = wall;
    this.#at = at;
    return wall;
  }
}
