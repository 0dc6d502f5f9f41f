import type { NormalizedEvent } from '../normalize/normalized-event.js';
import type { Rule } from './directive.js';
import type { FixedCondition } from './match.js';
import { type KindTest, Matcher } from './matcher.js';
import type { Pin } from './pin.js';

interface ProductNode {
  /** Those that take any subcategory. */
  readonly any: Matcher[];
  readonly bySubcategory: Map<string, Matcher[]>;
}

const NONE: readonly Matcher[] = [];

const entry = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
};

const takesAny = (rule: Rule): boolean => rule.subcategories.length === 0 || rule.subcategories.includes('ANY');

const kindSignature = (rule: Rule): string =>
  rule.type === 'PluginRule'
    ? JSON.stringify([rule.pluginId, ...new Set(rule.pluginSids)])
    : JSON.stringify([rule.category, rule.products, takesAny(rule) ? [] : rule.subcategories]);

const kindTest = (rule: Rule): KindTest => {
  if (rule.type === 'PluginRule') {
    const { pluginId } = rule;
    const [only] = rule.pluginSids;
    if (rule.pluginSids.length === 1) return (event) => event.pluginSid === only && event.pluginId === pluginId;
    const sids = new Set(rule.pluginSids);
    return (event) => event.pluginId === pluginId && sids.has(event.pluginSid);
  }
  const { category } = rule;
  const products = new Set(rule.products);
  const subcategories = new Set(rule.subcategories);
  const any = takesAny(rule);
  return (event) =>
    event.category === category && products.has(event.product) && (any || subcategories.has(event.subcategory));
};

/** Finds the matchers an event could be meant for by its kind, however many rules there are. */
export class MatchIndex {
  readonly #bySignature = new Map<string, Matcher>();
  readonly #byPlugin = new Map<number, Map<number, Matcher[]>>();
  readonly #byCategory = new Map<string, Map<string, ProductNode>>();

  /** The matcher for what a rule looks for; the same one for rules that look for the same. */
  matcherFor(rule: Rule, pins: readonly Pin[], fixed: readonly FixedCondition[]): Matcher {
    const signature = JSON.stringify([
      kindSignature(rule),
      pins.map((pin) => (pin.folded ? `${pin.field}/i` : pin.field)),
      fixed.map((condition) => condition.signature),
    ]);
    return entry(this.#bySignature, signature, () => {
      const matcher = new Matcher(kindTest(rule), fixed, pins);
      if (rule.type === 'PluginRule') this.#filePlugin(rule, matcher);
      else this.#fileTaxonomy(rule, matcher);
      return matcher;
    });
  }

  /** Matchers of PluginRules for the event's plugin id and sid. */
  ofPlugin(event: NormalizedEvent): readonly Matcher[] {
    return this.#byPlugin.get(event.pluginId)?.get(event.pluginSid) ?? NONE;
  }

  /** Matchers of TaxonomyRules that take any subcategory of the event's product and category. */
  ofCategory(event: NormalizedEvent): readonly Matcher[] {
    return this.#node(event)?.any ?? NONE;
  }

  /** Matchers of TaxonomyRules that ask for the event's subcategory. */
  ofSubcategory(event: NormalizedEvent): readonly Matcher[] {
    return this.#node(event)?.bySubcategory.get(event.subcategory) ?? NONE;
  }

  #node(event: NormalizedEvent): ProductNode | undefined {
    return this.#byCategory.get(event.category)?.get(event.product);
  }

  #filePlugin(rule: Rule, matcher: Matcher): void {
    const bySid = entry(this.#byPlugin, rule.pluginId, () => new Map<number, Matcher[]>());
    for (const sid of new Set(rule.pluginSids)) entry(bySid, sid, () => []).push(matcher);
  }

  #fileTaxonomy(rule: Rule, matcher: Matcher): void {
    const byProduct = entry(this.#byCategory, rule.category, () => new Map<string, ProductNode>());
    for (const product of new Set(rule.products)) {
      const node = entry(byProduct, product, () => ({ any: [], bySubcategory: new Map<string, Matcher[]>() }));
      if (takesAny(rule)) node.any.push(matcher);
      else for (const name of new Set(rule.subcategories)) entry(node.bySubcategory, name, () => []).push(matcher);
    }
  }
}
