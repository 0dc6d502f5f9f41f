import type { Log } from '../module.js';

/** Warnings of one kind, at most one every `everyMs`; those held back are counted in the next that is shown. */
export class ThrottledWarning {
  readonly #log: Log;
  readonly #everyMs: number;
  #nextAt = Number.NEGATIVE_INFINITY;
  #heldBack = 0;

  constructor(log: Log, everyMs = 60_000) {
    this.#log = log;
    this.#everyMs = everyMs;
  }

  /** Whether a warning at `now` (ms, any monotonic origin) would be shown. */
  due(now: number): boolean {
    return now >= this.#nextAt;
  }

  /** Shows the message, or counts it where one was shown less than `everyMs` before. */
  warn(message: string, now: number): void {
    if (!this.due(now)) {
      this.#heldBack += 1;
      return;
    }
    this.#nextAt = now + this.#everyMs;
    this.#log.warn(this.#heldBack === 0 ? message : `${message} (and ${this.#heldBack} more of the kind before)`);
    this.#heldBack = 0;
  }
}
