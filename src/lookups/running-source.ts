import { escapeControls } from '../escape.js';
import type { Log } from '../module.js';
import { ThrottledWarning } from '../inputs/throttled-warning.js';
import type { AskQueue } from './ask-queue.js';
import type { HttpClient } from './http-get.js';
import { askHttp } from './http-source.js';
import { ListSource } from './list-source.js';
import type { Outcome, Term } from './outcome.js';
import type { ResultCache } from './result-cache.js';
import { SourceCount, type SourceCounters } from './source-counters.js';
import { type SourceDefinition, sourceKey } from './source-definition.js';

const mostResults = 100;
const longestResult = 1000;
const msPerMinute = 60_000;

/** What all sources share. */
export interface SourceSurroundings {
  readonly client: HttpClient;
  readonly queue: AskQueue;
  readonly cache: ResultCache;
  readonly log: Log;
  /** ms of any monotonic origin. */
  readonly now: () => number;
}

/** An address, or `address port`. */
const readTerm = (text: string): Term => {
  const [address = '', port] = text.split(' ');
  return port === undefined ? { address } : { address, port };
};

/** One source at work: answers terms from its list, the cache, or by asking, and counts. */
export class RunningSource {
  readonly key: string;
  readonly definition: SourceDefinition;
  readonly list: ListSource | undefined;
  readonly count = new SourceCount();
  readonly #shared: SourceSurroundings;
  readonly #underWay = new Map<string, Promise<Outcome>>();
  readonly #warning: ThrottledWarning;
  #isFailing = false;

  constructor(definition: SourceDefinition, shared: SourceSurroundings) {
    this.definition = definition;
    this.key = sourceKey(definition);
    this.list = definition.plugin === 'list' ? new ListSource(definition, shared.log) : undefined;
    this.#shared = shared;
    this.#warning = new ThrottledWarning(shared.log);
  }

  /** Answers one term. Never rejects. */
  async ask(text: string, maxAgeMinutes: number): Promise<Outcome> {
    const outcome = await this.#find(text, maxAgeMinutes);
    if ('reason' in outcome) this.count.fail(outcome.reason);
    else if (outcome.results.length > 0) this.count.found += 1;
    else this.count.nothing += 1;
    return outcome;
  }

  counters(): SourceCounters {
    const counters = this.count.shown(this.key, this.#shared.queue.waiting(this.key));
    return this.list === undefined ? counters : { ...counters, list: this.list.counters() };
  }

  /** Lists lie in memory and may change: neither queue nor cache are for them. */
  #find(text: string, maxAgeMinutes: number): Promise<Outcome> {
    if (this.list !== undefined) {
      this.count.asked += 1;
      return this.list.ask(readTerm(text));
    }
    const { cache, now } = this.#shared;
    const key = `${this.key}\n${text}`;
    const kept = cache.get(key, now() - maxAgeMinutes * msPerMinute);
    const known = kept === undefined ? this.#underWay.get(text) : Promise.resolve({ results: kept });
    if (known !== undefined) {
      this.count.shared += 1;
      return known;
    }
    this.count.asked += 1;
    const asking = this.#askOutside(text, key).finally(() => this.#underWay.delete(text));
    this.#underWay.set(text, asking);
    return asking;
  }

  async #askOutside(text: string, key: string): Promise<Outcome> {
    const { definition } = this;
    if (definition.plugin === 'list') throw new Error(`${this.key} is a list, a service would be right`);
    const { client, queue, cache, now } = this.#shared;
    const given = await queue.run(this.key, () => askHttp(definition, readTerm(text), client));
    if (typeof given === 'string') return { reason: given, message: 'more is asked than it answers' };
    if ('reason' in given) {
      this.#isFailing = true;
      const again = 'asked again at the next change of an alarm that needs it';
      this.#warning.warn(`${this.key} fails (${given.reason}): ${escapeControls(given.message)}; ${again}`, now());
      return given;
    }
    if (this.#isFailing) this.#shared.log.info(`${this.key} answers again`);
    this.#isFailing = false;
    const results = this.#bounded(given.results);
    cache.put(key, results, now());
    return { results };
  }

  #bounded(results: readonly string[]): readonly string[] {
    const unlike = [...new Set(results.map((result) => escapeControls(result.slice(0, longestResult))))];
    this.count.resultsCut += Math.max(0, unlike.length - mostResults);
    return unlike.slice(0, mostResults);
  }
}
