import type { Live } from './live.js';

/** Smallest number first. */
class NumberHeap {
  readonly #items: number[] = [];

  get least(): number | undefined {
    return this.#items[0];
  }

  push(value: number): void {
    const items = this.#items;
    let at = items.length;
    items.push(value);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = items[parent] ?? value;
      if (above <= value) break;
      items[at] = above;
      at = parent;
    }
    items[at] = value;
  }

  pop(): void {
    const items = this.#items;
    const value = items.pop();
    if (value === undefined || items.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && (items[child + 1] ?? 0) < (items[child] ?? 0)) child += 1;
      const below = items[child] ?? value;
      if (below >= value) break;
      items[at] = below;
      at = child;
    }
    items[at] = value;
  }
}

/** Which backlogs end in which second. Those that do not end cost nothing as time goes on. */
export class Expiry {
  readonly #seconds = new NumberHeap();
  readonly #bySecond = new Map<number, Live[]>();

  /** Files a backlog under the second it ends in, taking it from where it was. */
  file(live: Live, due: number): void {
    if (live.due === due) return;
    this.remove(live);
    let there = this.#bySecond.get(due);
    if (there === undefined) {
      there = [];
      this.#bySecond.set(due, there);
      this.#seconds.push(due);
    }
    live.due = due;
    live.place = there.length;
    there.push(live);
  }

  remove(live: Live): void {
    if (live.due === undefined) return;
    const there = this.#bySecond.get(live.due);
    live.due = undefined;
    const last = there?.pop();
    if (there === undefined || last === undefined || last === live) return;
    there[live.place] = last;
    last.place = live.place;
  }

  /** Takes out those of the earliest second that has come, oldest first; undefined where there is none. */
  takeDue(now: number): readonly Live[] | undefined {
    const second = this.#seconds.least;
    if (second === undefined || second > now) return undefined;
    this.#seconds.pop();
    const due = this.#bySecond.get(second) ?? [];
    this.#bySecond.delete(second);
    for (const live of due) live.due = undefined;
    return due.sort((a, b) => a.backlog.born - b.backlog.born);
  }
}
