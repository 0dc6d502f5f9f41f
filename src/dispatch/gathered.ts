import type { Gathering } from '../listener.js';

/** Events that wait for others, so that a listener gets them together. */
export class Gathered<T> {
  readonly #gathering: Gathering;
  #events: T[] = [];
  /** ms, monotonic. */
  #dueAt = 0;
  #deliveredAt = Number.NEGATIVE_INFINITY;
  #hurried = false;

  constructor(gathering: Gathering) {
    this.#gathering = gathering;
  }

  /** Whether there are as many as may wait. */
  add(event: T): boolean {
    const { most, waitMs, everyMs } = this.#gathering;
    if (this.#events.length === 0) this.#dueAt = Math.max(performance.now() + waitMs, this.#deliveredAt + everyMs);
    this.#events.push(event);
    return this.#events.length >= most;
  }

  /** Whether none waits. */
  get empty(): boolean {
    return this.#events.length === 0;
  }

  /** How long they may still wait, ms; 0 where they are due, or there are none. */
  get dueInMs(): number {
    return this.#events.length === 0 || this.#hurried ? 0 : Math.max(0, this.#dueAt - performance.now());
  }

  /** Nothing waits any more from here on. */
  hurry(): void {
    this.#hurried = true;
  }

  take(): readonly T[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** Notes that they were delivered now: `everyMs` counts from here. */
  delivered(): void {
    this.#deliveredAt = performance.now();
  }
}
