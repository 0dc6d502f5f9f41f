/** Why a job was not done. */
export type Refusal = 'queue-full' | 'waited-too-long';

interface Waiting {
  readonly since: number;
  readonly begin: () => void;
  readonly refuse: (why: Refusal) => void;
}

/** What runs and waits for one source. */
class Line {
  active = 0;
  readonly waiting = new Set<Waiting>();
}

/** Bounds of the queue. */
export interface AskLimits {
  /** Jobs at a time, in all and for one source. */
  readonly active: number;
  readonly activePerSource: number;
  /** Jobs of one source that wait, and how long at most. */
  readonly waitingPerSource: number;
  readonly waitMs: number;
}

/** Runs asynchronous jobs for sources, a few at a time, in turn between sources, in order within each. */
export class AskQueue {
  readonly #lines = new Map<string, Line>();
  readonly #limits: AskLimits;
  readonly #now: () => number;
  #active = 0;

  constructor(limits: AskLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** What the job gives, once it has had its turn; or why it had none. */
  run<T>(source: string, job: () => Promise<T>): Promise<T | Refusal> {
    const line = this.#lineOf(source);
    if (line.waiting.size >= this.#limits.waitingPerSource) return Promise.resolve('queue-full');
    return new Promise((resolve, reject) => {
      const begin = (): void => void this.#do(line, job).then(resolve, reject);
      line.waiting.add({ since: this.#now(), begin, refuse: resolve });
      this.#beginNext();
    });
  }

  waiting(source: string): number {
    return this.#lines.get(source)?.waiting.size ?? 0;
  }

  #lineOf(source: string): Line {
    const line = this.#lines.get(source) ?? new Line();
    this.#lines.set(source, line);
    return line;
  }

  async #do<T>(line: Line, job: () => Promise<T>): Promise<T> {
    line.active += 1;
    this.#active += 1;
    try {
      return await job();
    } finally {
      line.active -= 1;
      this.#active -= 1;
      this.#beginNext();
    }
  }

  #beginNext(): void {
    const { active, activePerSource, waitMs } = this.#limits;
    for (const [source, line] of [...this.#lines]) {
      for (const next of line.waiting) {
        const isLate = this.#now() - next.since > waitMs;
        if (!isLate && (this.#active >= active || line.active >= activePerSource)) break;
        line.waiting.delete(next);
        if (isLate) next.refuse('waited-too-long');
        else {
          // Behind the others, where its next job waits for its turn.
          this.#lines.delete(source);
          this.#lines.set(source, line);
          next.begin();
        }
      }
    }
  }
}
