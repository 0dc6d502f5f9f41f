import { messageOf } from '../fault.js';
import type { Json } from '../json.js';
import type { Log, LookupRequest, LookupResult } from '../module.js';
import { type AskLimits, AskQueue } from './ask-queue.js';
import { gatherFindings } from './gather-findings.js';
import { hostLookup } from './host-lookup.js';
import { HttpClient } from './http-get.js';
import { readLookupQuery } from './lookup-question.js';
import { ResultCache } from './result-cache.js';
import { RunningSource } from './running-source.js';
import type { LookupCounters } from './source-counters.js';
import type { SourceDefinition } from './source-definition.js';

const limits: AskLimits = { active: 32, activePerSource: 8, waitingPerSource: 10_000, waitMs: 60_000 };
const cached = { entries: 100_000, characters: 32 * 1024 * 1024 };

/** What a lookup service is made of. */
export interface LookupServiceOptions {
  readonly sources: readonly SourceDefinition[];
  /** Takes each answer, for the module that asked. */
  readonly answer: (module: string, result: LookupResult) => void;
  readonly log: Log;
  /** How long a source may take for a term. */
  readonly timeoutMs?: number;
  /** How often list files are looked at. */
  readonly lookMs?: number;
  /** ms of any monotonic origin. */
  readonly now?: () => number;
}

/**
 * Asks lookup sources on behalf of modules (dsiem.md §7): outside the core, a few at a time, with a time limit, answers kept a while.
 * Each request gets exactly one answer, unless the service is closed first: then it stays asked, for the next start.
 */
export class LookupService {
  readonly #sources: ReadonlyMap<string, RunningSource>;
  readonly #client: HttpClient;
  readonly #options: LookupServiceOptions;
  #held: { readonly request: LookupRequest; readonly module: string }[] | undefined = [];
  #looking: NodeJS.Timeout | undefined;
  #requests = 0;
  #answered = 0;
  #closed = false;

  constructor(options: LookupServiceOptions) {
    const { sources, log, timeoutMs = 5000, now = () => performance.now() } = options;
    this.#options = options;
    this.#client = new HttpClient({ timeoutMs, connections: limits.active, lookup: hostLookup(now) });
    const queue = new AskQueue(limits, now);
    const shared = { client: this.#client, queue, cache: new ResultCache(cached), log, now };
    const running = sources.map((definition) => new RunningSource(definition, shared));
    this.#sources = new Map(running.map((source) => [source.key, source]));
  }

  /** Begins to answer; what was asked before has waited. */
  start(): void {
    if (this.#closed) return;
    const lists = [...this.#sources.values()].flatMap(({ list }) => list ?? []);
    const look = (): void => {
      for (const list of lists) void list.look();
    };
    look();
    if (lists.length > 0) this.#looking = setInterval(look, this.#options.lookMs ?? 3000).unref();
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const { request, module } of held) void this.#answer(request, module);
  }

  /** Takes a module's question; its answer comes by `answer`. */
  ask(request: LookupRequest, module: string): void {
    this.#requests += 1;
    if (this.#closed) return;
    if (this.#held === undefined) void this.#answer(request, module);
    else this.#held.push({ request, module });
  }

  counters(): LookupCounters {
    return {
      requests: this.#requests,
      answered: this.#answered,
      unanswered: this.#requests - this.#answered,
      sources: [...this.#sources.values()].map((source) => source.counters()),
    };
  }

  /** Answers nothing more. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#looking);
    this.#client.close();
  }

  async #answer(request: LookupRequest, module: string): Promise<void> {
    const { id, source } = request;
    let answer: { readonly result: Json } | { readonly error: string };
    try {
      answer = await this.#find(request);
    } catch (cause) {
      answer = { error: messageOf(cause) };
      this.#options.log.error(`the question ${id} to ${source} could not be answered: ${messageOf(cause)}`);
    }
    if (this.#closed) return;
    this.#answered += 1;
    this.#options.answer(module, { id, source, ...answer });
  }

  async #find(request: LookupRequest): Promise<{ readonly result: Json } | { readonly error: string }> {
    const source = this.#sources.get(request.source);
    if (source === undefined) return { error: `there is no lookup source ${request.source}` };
    const query = readLookupQuery(request.query);
    if (query === undefined) return { error: 'the query is none; {terms, maxAgeMinutes} would be right' };
    const outcomes = await Promise.all(
      query.terms.map(async (term) => ({ term, outcome: await source.ask(term, query.maxAgeMinutes) })),
    );
    const { findings, cut } = gatherFindings(source.name, outcomes);
    source.count.resultsCut += cut;
    return { result: findings };
  }
}
