import type { Pulse } from '../frontend/at-work.js';

/** How a watchdog is set up. */
export interface WatchdogOptions {
  readonly look: () => Pulse;
  /** How long the same call may be at work, ms. */
  readonly limitMs: number;
  /** Told once. */
  readonly hangs: (pulse: Pulse) => void;
  /** ms, monotonic. */
  readonly now?: () => number;
}

/** Looks a limit; what a look finds is no older than a part of it. */
const looksALimit = 20;
const mostBetweenLooksMs = 1000;

/**
 * Finds a core that is at work and comes no further. A pause of this process or machine does not count: each look adds at
 * most twice the time there should be between two.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #everyMs: number;
  readonly #timer: NodeJS.Timeout;
  #beats: number | undefined;
  #stoodMs = 0;
  #lookedAt: number;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#everyMs = Math.min(mostBetweenLooksMs, Math.max(1, options.limitMs / looksALimit));
    this.#lookedAt = this.#now();
    this.#timer = setInterval(() => this.look(), this.#everyMs);
    this.#timer.unref();
  }

  /** Looks now; done by itself now and then. */
  look(): void {
    const pulse = this.#options.look();
    const now = this.#now();
    const sinceMs = Math.min(now - this.#lookedAt, 2 * this.#everyMs);
    this.#lookedAt = now;
    const stands = pulse.working.kind !== 'idle' && pulse.beats === this.#beats;
    this.#beats = pulse.beats;
    this.#stoodMs = stands ? this.#stoodMs + sinceMs : 0;
    if (this.#stoodMs < this.#options.limitMs) return;
    this.stop();
    this.#options.hangs(pulse);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #now(): number {
    return (this.#options.now ?? (() => performance.now()))();
  }
}
