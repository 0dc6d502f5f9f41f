/** The limits of dsiem.md §9. */
export interface RateLimits {
  /** Events per second; 0: no limit. */
  readonly maxEps: number;
  readonly minEps: number;
  /** Processing delay past which there is overload, seconds; 0: there never is. */
  readonly maxDelaySeconds: number;
  /** How long overload lasts after the delay was last too long, seconds. */
  readonly holdSeconds: number;
}

const adjustEveryMs = 5000;

/**
 * A token bucket whose rate moves between `minEps` and `maxEps` (dsiem.md §9): it starts midway, and every 5 s goes up by
 * a hundredth of the range, or down by a tenth of it under overload. A batch is let in while there is a token left and
 * may leave a debt, so that no batch is too large ever to pass. Times are ms of any monotonic clock.
 */
export class RateLimit {
  readonly #limits: RateLimits;
  #rate: number;
  #tokens: number;
  #tokensAt: number;
  #adjustedAt: number;
  #overloadUntil = Number.NEGATIVE_INFINITY;

  constructor(limits: RateLimits, now: number) {
    this.#limits = limits;
    this.#rate = (limits.minEps + limits.maxEps) / 2;
    this.#tokens = this.#rate;
    this.#tokensAt = now;
    this.#adjustedAt = now;
  }

  /** Events per second let in at present; 0: no limit. */
  get rate(): number {
    return this.#limits.maxEps === 0 ? 0 : this.#rate;
  }

  /** Notes how far behind the work is. To be told about every second. */
  observe(delaySeconds: number, now: number): void {
    const { maxEps, minEps, maxDelaySeconds, holdSeconds } = this.#limits;
    if (maxDelaySeconds > 0 && delaySeconds > maxDelaySeconds) this.#overloadUntil = now + holdSeconds * 1000;
    const range = maxEps - minEps;
    const steps = Math.floor((now - this.#adjustedAt) / adjustEveryMs);
    if (steps === 0) return;
    this.#refill(now);
    const change = this.overloaded(now) ? -range / 10 : range / 100;
    this.#rate = Math.min(maxEps, Math.max(minEps, this.#rate + steps * change));
    this.#adjustedAt += steps * adjustEveryMs;
  }

  /** Whether the work is too far behind, or was a short time ago. */
  overloaded(now: number): boolean {
    return now < this.#overloadUntil;
  }

  /** Whether a request may come in. */
  allows(now: number): boolean {
    if (this.#limits.maxEps === 0) return true;
    this.#refill(now);
    return this.#tokens >= 1;
  }

  /** Counts so many events against the limit. */
  charge(events: number): void {
    this.#tokens -= events;
  }

  #refill(now: number): void {
    this.#tokens = Math.min(Math.max(1, this.#rate), this.#tokens + ((now - this.#tokensAt) / 1000) * this.#rate);
    this.#tokensAt = now;
  }
}
