import { HttpSource, type SourceSurroundings } from './http-source.js';
import { ListSource } from './list-source.js';
import { type Outcome, readTerm } from './outcome.js';
import { SourceCount, type SourceCounters } from './source-counters.js';
import { type SourceDefinition, sourceKey } from './source-definition.js';

/** One source at work: answers terms, and counts. */
export class RunningSource {
  readonly key: string;
  readonly name: string;
  readonly count = new SourceCount();
  /** Where it answers from a file. */
  readonly list: ListSource | undefined;
  readonly #ask: (term: string, maxAgeMinutes: number) => Promise<Outcome>;
  readonly #waiting: () => number;

  constructor(definition: SourceDefinition, shared: SourceSurroundings) {
    this.key = sourceKey(definition);
    this.name = definition.name;
    this.#waiting = () => shared.queue.waiting(this.key);
    if (definition.plugin === 'list') {
      const list = new ListSource(definition, shared.log);
      this.list = list;
      // It lies in memory and may change: neither queue nor cache are for it.
      this.#ask = (term) => {
        this.count.asked += 1;
        return list.ask(readTerm(term));
      };
    } else {
      const source = new HttpSource(definition, shared, this.count);
      this.#ask = (term, maxAgeMinutes) => source.ask(term, maxAgeMinutes);
    }
  }

  /** Answers one term: `address`, or `address port`. Never rejects. */
  async ask(term: string, maxAgeMinutes: number): Promise<Outcome> {
    const outcome = await this.#ask(term, maxAgeMinutes);
    if ('reason' in outcome) this.count.fail(outcome.reason);
    else if (outcome.results.length > 0) this.count.found += 1;
    else this.count.nothing += 1;
    return outcome;
  }

  counters(): SourceCounters {
    const counters = this.count.shown(this.key, this.#waiting());
    return this.list === undefined ? counters : { ...counters, list: this.list.counters() };
  }
}
