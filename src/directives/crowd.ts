import type { Live } from './live.js';

/** Several backlogs that wait for the same values. */
export class Crowd {
  readonly #members = new Set<Live>();
  /** No member takes an event later than this, in seconds: so a flood of ever later events is not offered to all of them. */
  latest = 0;

  static of(members: Iterable<Live>): Crowd {
    const crowd = new Crowd();
    for (const live of members) crowd.add(live);
    return crowd;
  }

  get members(): ReadonlySet<Live> {
    return this.#members;
  }

  add(live: Live): void {
    this.#members.add(live);
    this.latest = Math.max(this.latest, live.until);
  }

  /** Takes one out; true where nobody is left. */
  remove(live: Live): boolean {
    this.#members.delete(live);
    return this.#members.size === 0;
  }
}
