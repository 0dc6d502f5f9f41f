import { AgeQueue } from './age-queue.js';
import { FingerprintSet } from './fingerprint-set.js';

/** What the live backlogs of one directive have in common. */
export class DirectiveProgress {
  /** Its live backlogs by age. */
  readonly ages = new AgeQueue();
  readonly #ids = new FingerprintSet();
  /** How often beyond the first, where an event counted in several of its backlogs. */
  readonly #again = new Map<number, number>();

  constructor(readonly id: number) {}

  /** True where an event with this id (its fingerprint) has counted in any live backlog of the directive. */
  knows(id: number): boolean {
    return this.#ids.has(id);
  }

  remember(id: number): void {
    if (this.#ids.has(id)) this.#again.set(id, (this.#again.get(id) ?? 0) + 1);
    else this.#ids.add(id);
  }

  forget(ids: readonly number[]): void {
    for (const id of ids) {
      const again = this.#again.get(id);
      if (again === undefined) this.#ids.delete(id);
      else if (again > 1) this.#again.set(id, again - 1);
      else this.#again.delete(id);
    }
  }
}
