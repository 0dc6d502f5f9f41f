import { escapeControls } from '../escape.js';
import { ThrottledWarning } from '../inputs/throttled-warning.js';
import type { Log } from '../module.js';
import type { AskQueue } from './ask-queue.js';
import type { HttpAnswer, HttpClient } from './http-get.js';
import { readNesdAnswer } from './nesd-answer.js';
import { type FailureReason, type Outcome, readTerm } from './outcome.js';
import type { ResultCache } from './result-cache.js';
import type { SourceCount } from './source-counters.js';
import { type NesdDefinition, sourceKey, type WiseDefinition } from './source-definition.js';
import { fillTemplate } from './url-template.js';
import { readWiseAnswer } from './wise-answer.js';

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

/** Answers from a WISE or Nesd service, or from what it answered before. */
export class HttpSource {
  readonly #definition: WiseDefinition | NesdDefinition;
  readonly #key: string;
  readonly #shared: SourceSurroundings;
  readonly #count: SourceCount;
  readonly #underWay = new Map<string, Promise<Outcome>>();
  readonly #warning: ThrottledWarning;
  #isFailing = false;

  constructor(definition: WiseDefinition | NesdDefinition, shared: SourceSurroundings, count: SourceCount) {
    this.#definition = definition;
    this.#key = sourceKey(definition);
    this.#shared = shared;
    this.#count = count;
    this.#warning = new ThrottledWarning(shared.log);
  }

  /** Answers one term with what is no older than `maxAgeMinutes`; who asks the same meanwhile shares the answer. Never rejects. */
  ask(term: string, maxAgeMinutes: number): Promise<Outcome> {
    const { cache, now } = this.#shared;
    const key = `${this.#key}\n${term}`;
    const kept = cache.get(key, now() - maxAgeMinutes * msPerMinute);
    const known = kept === undefined ? this.#underWay.get(term) : Promise.resolve({ results: kept });
    if (known !== undefined) {
      this.#count.shared += 1;
      return known;
    }
    const asking = this.#askOutside(term, key).finally(() => this.#underWay.delete(term));
    this.#underWay.set(term, asking);
    return asking;
  }

  async #askOutside(term: string, key: string): Promise<Outcome> {
    const { client, queue, cache, now, log } = this.#shared;
    const url = fillTemplate(this.#definition.url, readTerm(term));
    const answer = await queue.run(this.#key, () => {
      this.#count.asked += 1;
      return client.get(url);
    });
    if (typeof answer === 'string') return this.#fail(answer, 'more is asked than it answers in time');
    const outcome = this.#read(answer);
    if ('reason' in outcome) return this.#fail(outcome.reason, outcome.message);
    if (this.#isFailing) log.info(`${this.#key} answers again`);
    this.#isFailing = false;
    const results = this.#bounded(outcome.results);
    cache.put(key, results, now());
    return { results };
  }

  #read(answer: HttpAnswer): Outcome {
    if ('reason' in answer) return answer;
    if (this.#definition.plugin === 'Wise') return readWiseAnswer(answer.body);
    return readNesdAnswer(answer.body, this.#definition);
  }

  #fail(reason: FailureReason, message: string): Outcome {
    this.#isFailing = true;
    const again = 'asked again at the next change of an alarm';
    this.#warning.warn(`${this.#key} fails (${reason}): ${escapeControls(message)}; ${again}`, this.#shared.now());
    return { reason, message };
  }

  #bounded(results: readonly string[]): readonly string[] {
    const unlike = [...new Set(results.map((result) => escapeControls(result.slice(0, longestResult))))];
    this.#count.resultsCut += Math.max(0, unlike.length - mostResults);
    return unlike.slice(0, mostResults);
  }
}
