import type { Live } from './live.js';

const SLACK = 64;

/** Live backlogs in order of their creation. */
export class AgeQueue {
  #items: Live[] = [];
  #head = 0;
  #live = 0;

  get size(): number {
    return this.#live;
  }

  push(live: Live): void {
    this.#items.push(live);
    this.#live += 1;
  }

  /** To be called once for each that has ended, after its status says so. */
  noteEnded(): void {
    this.#live -= 1;
    const dead = this.#items.length - this.#live;
    // Ended ones are dropped in bulk: cheap on average, and they never hold much memory.
    if (dead <= SLACK + this.#live / 2) return;
    this.#items = this.#items.slice(this.#head).filter((live) => live.isLive);
    this.#head = 0;
  }

  oldest(): Live | undefined {
    let live = this.#items[this.#head];
    while (live !== undefined && !live.isLive) {
      this.#head += 1;
      live = this.#items[this.#head];
    }
    return live;
  }
}
