import { ReusedList } from '../reused-list.js';
import { compilePath, type JsonObject } from './json-path.js';
import type { Pairs } from './key-values.js';
import type { Outcome } from './kind.js';
import { LiteralFinder } from './literal-finder.js';
import { LiteralTrie } from './literal-trie.js';
import type { Literals } from './pattern-literals.js';
import { type PairFormat, pairGetter, type Scan } from './scan.js';
import type { When } from './when.js';
import { WhenIndex } from './when-index.js';

/** Something that may make an event of a record; the one of lowest `order` that does is taken. */
export interface Attempt {
  readonly order: number;
  /** undefined where the record is not its kind of line. */
  attempt(scan: Scan): Outcome | undefined;
}

/** What a message of the format contains at least. */
const formatMarks: Readonly<Record<PairFormat, string>> = { cef: 'CEF:', leef: 'LEEF:', 'key=value': '=' };

/** The attempts for records that share a key, found by literals and by values: never one after the other. */
export class Bucket {
  readonly #prefixes: { readonly literal: string; readonly value: Attempt }[] = [];
  #trie: LiteralTrie<Attempt> | undefined;
  readonly #inner: { readonly literal: string; readonly value: Attempt }[] = [];
  #finder: LiteralFinder<Attempt> | undefined;
  #json: WhenIndex<JsonObject, Attempt> | undefined;
  readonly #pairs = new Map<PairFormat, WhenIndex<Pairs, Attempt>>();
  readonly #found = new ReusedList<Attempt>();

  addText(literals: Literals, attempt: Attempt): void {
    if ('prefixes' in literals) {
      for (const literal of literals.prefixes) this.#prefixes.push({ literal, value: attempt });
      return;
    }
    this.#inner.push({ literal: literals.inner, value: attempt });
  }

  addJson(whens: readonly When[], attempt: Attempt): void {
    this.#json ??= new WhenIndex(compilePath);
    this.#json.add(whens, attempt);
  }

  addPairs(format: PairFormat, whens: readonly When[], attempt: Attempt): void {
    const index = this.#pairs.get(format) ?? new WhenIndex<Pairs, Attempt>(pairGetter);
    index.add(whens, attempt);
    this.#pairs.set(format, index);
  }

  /** To be called once when all attempts are added. */
  finish(): void {
    if (this.#prefixes.length > 0) this.#trie = new LiteralTrie(this.#prefixes);
    if (this.#inner.length > 0) this.#finder = new LiteralFinder(this.#inner);
  }

  /** What the first attempt that knows the record makes of it. */
  find(scan: Scan): Outcome | undefined {
    const found = this.#found;
    found.clear();
    this.#trie?.find(scan.message, found);
    this.#finder?.find(scan.message, found);
    if (this.#json !== undefined) {
      const object = scan.json();
      if (object !== undefined) this.#json.find(object, found);
    }
    if (this.#pairs.size > 0) this.#findPairs(scan);
    found.sort(byOrder);
    for (let i = 0; i < found.size; i += 1) {
      const candidate = found.at(i);
      if (candidate === undefined) continue;
      scan.trying.plugin(candidate.order);
      const outcome = candidate.attempt(scan);
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  }

  #findPairs(scan: Scan): void {
    for (const [format, index] of this.#pairs) {
      if (!scan.message.includes(formatMarks[format])) continue;
      const pairs = scan.pairs(format);
      if (pairs !== undefined) index.find(pairs, this.#found);
    }
  }
}

const byOrder = (left: Attempt, right: Attempt): number => left.order - right.order;
