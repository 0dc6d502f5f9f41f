import {
  isSpecialPurpose,
  type LookupQuery,
  type LookupResult,
  type ModuleContext,
  readLookupFindings,
  type SourceDefinition,
  sourceKey,
} from 'tocsin';
import type { Engine, LookupQuestion } from 'tocsin/directives';

/** Keys of the state: requests not answered yet, and how many there have been. */
const PENDING = 'lookup:';
const ASKED = 'lookups';

/** Terms of one request: few enough to be answered before an alarm that has ended is forgotten. */
const mostTerms = 32;
const mostPending = 100_000;

/** A request on its way: plain JSON, and all that is needed to ask again after a restart. */
interface Pending {
  readonly alarmId: string;
  readonly source: string;
  readonly kind: SourceDefinition['kind'];
  readonly terms: readonly string[];
}

/** What the module's options say of lookups. */
export interface AlarmLookupsOptions {
  readonly sources: readonly SourceDefinition[];
  readonly intelPrivateIp: boolean;
  readonly cacheMinutes: number;
}

/** Brings the engine's questions to the lookup sources, and their answers back; remembers what is not answered yet. */
export class AlarmLookups {
  readonly #context: ModuleContext;
  readonly #options: AlarmLookupsOptions;
  readonly #noted: LookupQuestion[] = [];
  #pending: number;

  constructor(options: AlarmLookupsOptions, context: ModuleContext) {
    this.#options = options;
    this.#context = context;
    const unanswered = [...context.state.entries()].filter(([key]) => key.startsWith(PENDING));
    this.#pending = unanswered.length;
    for (const [key, pending] of unanswered) this.#ask(key.slice(PENDING.length), pending as Pending);
  }

  /** Notes a question of the engine, which is in the middle of its work. */
  note(question: LookupQuestion): void {
    this.#noted.push(question);
  }

  /** Asks what has been noted; to be called after the engine's work. */
  askNoted(engine: Engine): void {
    if (this.#noted.length === 0) return;
    for (const question of this.#noted.splice(0)) this.#askAll(question, engine);
  }

  /** Gives an answer to the engine. */
  answer(result: LookupResult, engine: Engine): void {
    const { state, metrics } = this.#context;
    const key = `${PENDING}${result.id}`;
    const pending = state.get<Pending>(key);
    if (pending === undefined) {
      // What was asked before a restart and again after it may be answered twice.
      metrics.count('lookup_answered_twice');
      return;
    }
    state.delete(key);
    this.#pending -= 1;
    const { alarmId, kind, terms } = pending;
    const { hits, failed } = readLookupFindings(result.result);
    const isRefused = result.error !== undefined;
    if (failed.length > 0 || isRefused) metrics.count('lookup_failed_terms', isRefused ? terms.length : failed.length);
    if (hits.length > 0) metrics.count('lookup_hits', hits.length);
    engine.addLookupResults({ alarmId, [kind]: hits, failed: isRefused ? terms : failed });
  }

  #askAll({ alarmId, addresses, services }: LookupQuestion, engine: Engine): void {
    const { sources, intelPrivateIp } = this.#options;
    const asked = intelPrivateIp ? addresses : addresses.filter((address) => !isSpecialPurpose(address));
    const left = addresses.length - asked.length;
    if (left > 0) this.#context.metrics.count('lookup_private_addresses', left);
    const terms = { intel: asked, vulnerabilities: services.map(({ address, port }) => `${address} ${port}`) };
    for (const source of sources) {
      const all = terms[source.kind];
      for (let from = 0; from < all.length; from += mostTerms) {
        const some = all.slice(from, from + mostTerms);
        this.#put({ alarmId, source: sourceKey(source), kind: source.kind, terms: some }, engine);
      }
    }
  }

  #put(pending: Pending, engine: Engine): void {
    const { state, metrics } = this.#context;
    if (this.#pending >= mostPending) {
      metrics.count('lookup_limit_pending', pending.terms.length);
      engine.addLookupResults({ alarmId: pending.alarmId, failed: pending.terms });
      return;
    }
    const count = (state.get<number>(ASKED) ?? 0) + 1;
    state.put(ASKED, count);
    const id = `${pending.alarmId}:${count}`;
    state.put(`${PENDING}${id}`, pending);
    this.#pending += 1;
    this.#ask(id, pending);
  }

  #ask(id: string, { source, terms }: Pending): void {
    const query: LookupQuery = { terms, maxAgeMinutes: this.#options.cacheMinutes };
    this.#context.lookup({ id, source, query });
  }
}
