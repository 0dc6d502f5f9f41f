import { AgeQueue } from './age-queue.js';

/** What the live backlogs of one directive have in common. */
export class DirectiveProgress {
  /** Its live backlogs by age. */
  readonly ages = new AgeQueue();
  readonly #ids = new Map<string, number>();

  constructor(readonly id: number) {}

  /** True where an event with this id has counted in any live backlog of the directive. */
  knows(eventId: string): boolean {
    return this.#ids.has(eventId);
  }

  remember(eventId: string): void {
    this.#ids.set(eventId, (this.#ids.get(eventId) ?? 0) + 1);
  }

  forget(eventIds: readonly string[]): void {
    for (const id of eventIds) {
      const count = this.#ids.get(id) ?? 0;
      if (count > 1) this.#ids.set(id, count - 1);
      else this.#ids.delete(id);
    }
  }
}
