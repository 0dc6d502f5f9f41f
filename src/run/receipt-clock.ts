import { uptime } from 'node:os';

/** Less is no jump: time servers put clocks right by so much. */
const toleranceMs = 60_000;
/** Stamps rise by less between two looks a second apart, unless the clock jumped. */
const unsuspiciousMs = 2000;

/** What a jump is seen by. */
export interface ReceiptClocks {
  /** ms since the epoch; may be set. */
  readonly wall: () => number;
  /** ms since the machine started, its sleep included; is never set. */
  readonly running: () => number;
}

/** Where times of receipt come from: the clock on the wall, which says when it was set by a minute or more. */
export class ReceiptClock {
  jumps = 0;
  readonly #clocks: ReceiptClocks;
  readonly #jumped: (byMs: number, now: number) => void;
  #wall: number;
  #running: number;
  /** The newest stamp since the last look. */
  #newest: number;

  /**
   * `lastKnown`: what the wall showed at the last entry of the run before, ms; 0 where there is none. `jumped` is told before
   * a stamp of the time behind a jump is given out.
   */
  constructor(options: {
    readonly jumped: (byMs: number, now: number) => void;
    readonly lastKnown: number;
    readonly clocks?: ReceiptClocks;
  }) {
    this.#clocks = options.clocks ?? { wall: Date.now, running: () => uptime() * 1000 };
    this.#jumped = options.jumped;
    this.#wall = this.#clocks.wall();
    this.#running = this.#clocks.running();
    this.#newest = this.#wall;
    // That time passed while nothing ran is no jump; that it went back is one.
    const back = options.lastKnown - this.#wall;
    if (back >= toleranceMs) this.#tell(-back);
  }

  /** Looks at the clocks; due each second. Gives what the wall shows, ms since the epoch. */
  look(): number {
    const wall = this.#clocks.wall();
    const running = this.#clocks.running();
    const byMs = Math.round(wall - this.#wall - (running - this.#running));
    this.#wall = wall;
    this.#running = running;
    this.#newest = wall;
    if (Math.abs(byMs) >= toleranceMs) this.#tell(byMs);
    return wall;
  }

  /** A time of receipt as it goes into the journal: as it was stamped, unless that was before the clock was set back. */
  of(stamp: number): number {
    if (stamp <= this.#newest + unsuspiciousMs) {
      if (stamp > this.#newest) this.#newest = stamp;
      return stamp;
    }
    return Math.min(stamp, this.look());
  }

  #tell(byMs: number): void {
    this.jumps += 1;
    this.#jumped(byMs, this.#wall);
  }
}
