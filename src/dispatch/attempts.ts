/** Calls to a listener, one at a time. One that hangs can be left alone: what was called for counts as failed, and the next call waits until it is over. */
export class Attempts {
  #last: Promise<unknown> = Promise.resolve();
  #running = 0;
  #leave: (() => void) | undefined;
  /** ms, monotonic. */
  #beganAt = 0;
  /** Number of the oldest event it is for. */
  #oldest = 0;

  /** Whether a call is not over yet. */
  get busy(): boolean {
    return this.#running > 0;
  }

  /** Makes a call once those before are over; 'left' where it was left alone, begun or not. Rejects with what it throws. */
  async make(call: () => void | Promise<void>, oldest: number): Promise<'done' | 'left'> {
    let left = false;
    const run = this.#after(() => (left ? undefined : call()));
    this.#beganAt = performance.now();
    this.#oldest = oldest;
    const leaving = new Promise<'left'>((resolve) => {
      this.#leave = () => {
        left = true;
        resolve('left');
      };
    });
    try {
      return await Promise.race([run.then(() => 'done' as const), leaving]);
    } finally {
      this.#leave = undefined;
    }
  }

  /** Does something that needs no answer as soon as no call is under way; at once where none is. */
  afterwards(act: () => void): void {
    if (this.busy) void this.#after(act);
    else act();
  }

  /** Leaves the call alone that is under way, where it is for an event up to this number and has taken so long. */
  leave(upTo: number, patienceMs: number): void {
    if (this.#oldest <= upTo && performance.now() - this.#beganAt >= patienceMs) this.#leave?.();
  }

  #after(call: () => void | Promise<void>): Promise<void> {
    this.#running += 1;
    const run = this.#last.then(call);
    const over = (): void => {
      this.#running -= 1;
    };
    this.#last = run.then(over, over); // Whoever called is told of a failure.
    return run;
  }
}
