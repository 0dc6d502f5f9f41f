const firstMs = 200;
const longestMs = 30_000;
/** A receiver may ask for more than that, but not for days. */
const longestAskedForMs = 3_600_000;

/** When to try again after failures: later and later, with jitter, and no sooner than the receiver asked for. */
export class BackOff {
  readonly #stopped: AbortSignal;
  #waitMs = firstMs;
  /** ms, monotonic; undefined where nothing failed. */
  #nextAt: number | undefined;
  #cutShort = new AbortController();

  /** `stopped` ends every wait. */
  constructor(stopped: AbortSignal) {
    this.#stopped = stopped;
  }

  /** Whether the last attempt failed. */
  get failing(): boolean {
    return this.#nextAt !== undefined;
  }

  /** Whether it is too early for another attempt. */
  get waits(): boolean {
    return this.#nextAt !== undefined && performance.now() < this.#nextAt;
  }

  failed(askedForMs = 0): void {
    const waitMs = this.#waitMs * (0.5 + Math.random() / 2);
    this.#waitMs = Math.min(this.#waitMs * 2, longestMs);
    this.#nextAt = performance.now() + Math.max(waitMs, Math.min(askedForMs, longestAskedForMs));
  }

  answered(): void {
    this.#waitMs = firstMs;
    this.#nextAt = undefined;
  }

  /** Ends a wait, though it is too early: something else is to be done meanwhile. */
  cutShort(): void {
    this.#cutShort.abort();
  }

  /** Resolves when another attempt may be made, or the wait was cut short. */
  async wait(): Promise<void> {
    const ms = (this.#nextAt ?? 0) - performance.now();
    if (ms <= 0 || this.#stopped.aborted) return;
    this.#cutShort = new AbortController();
    const { signal } = this.#cutShort;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#stopped.removeEventListener('abort', done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(() => {
        // Timers may be a little early: it is not to be waited for once more.
        this.#nextAt = Math.min(this.#nextAt ?? 0, performance.now());
        done();
      }, ms);
      this.#stopped.addEventListener('abort', done);
      signal.addEventListener('abort', done);
    });
  }
}
