/** What is kept of the limit in a checkpoint: plain JSON. */
export interface FailuresThen {
  /** Whole seconds since the epoch. */
  readonly second: number;
  /** Failures in that second. */
  readonly count: number;
}

const mostASecond = 100;

/** Says which failures of modules get an event of their own: 100 in each second. */
export class FailureLimit {
  /** Part of every checkpoint: a core that goes on from one passes over the same failures as one that never ended. */
  then: FailuresThen = { second: 0, count: 0 };

  /** Notes a failure at `now`, ms; whether it gets an event. */
  admits(now: number): boolean {
    const second = Math.floor(now / 1000);
    const count = second === this.then.second ? this.then.count + 1 : 1;
    this.then = { second, count };
    return count <= mostASecond;
  }
}
