import type { DeliveryCounters, Offered, Refused } from './offered.js';

/** Letters under way at once: many are written together. */
const mostPending = 500;

/** Sets events aside that one listener will not get, each once, though it may be offered again. */
export class SetAside {
  readonly #refused: Refused;
  readonly #counters: DeliveryCounters;
  /** Numbers of those that may be offered again. */
  readonly #numbers = new Set<number>();
  #pending: Promise<void>[] = [];

  constructor(refused: Refused, counters: DeliveryCounters) {
    this.#refused = refused;
    this.#counters = counters;
  }

  /** Whether an event of this number was set aside since `forgetNumbers`. */
  has(number: number): boolean {
    return this.#numbers.has(number);
  }

  /** Sets one aside; a promise where it waits for others to be written. @throws what `refused` throws */
  add({ event, number }: Offered, reason: string): Promise<void> | undefined {
    this.#counters.failed += 1;
    if (number > 0) this.#numbers.add(number);
    const kept = this.#refused(event, reason, number);
    if (typeof kept === 'boolean') {
      this.#noteKept(kept);
      return undefined;
    }
    this.#pending.push(kept.then((is) => this.#noteKept(is)));
    return this.#pending.length < mostPending ? undefined : this.settled();
  }

  /** Resolves when all are written, or counted as lost. */
  async settled(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    await Promise.all(pending);
  }

  /** None of them will be offered again. */
  forgetNumbers(): void {
    this.#numbers.clear();
  }

  #noteKept(kept: boolean): void {
    if (!kept) this.#counters.lost += 1;
  }
}
