import { canonicalAddress, formatAddress, isHost } from './address.js';
import type { FirstEvent } from './backlog.js';
import type { CompiledDirective } from './compile.js';
import type { Rule } from './directive.js';
import { readAddressCondition, readCustomCondition, referenceOf } from './lists.js';
import type { PinField, PinValue } from './pin.js';
import { REFERRING_FIELDS, type SavedBacklog } from './saved-backlog.js';

type Known = Map<PinField, PinValue>;
type Field = (typeof REFERRING_FIELDS)[number];

/** By stage: the fields of its first event that rules or the title need. */
const neededFields = ({ directive, rules, earlier }: CompiledDirective): ReadonlyMap<number, ReadonlySet<PinField>> => {
  const needed = new Map<number, Set<PinField>>();
  const need = (stage: number, field: PinField): void => {
    needed.set(stage, (needed.get(stage) ?? new Set<PinField>()).add(field));
  };
  if (directive.name.includes('SRC_IP')) need(1, 'srcIp');
  if (directive.name.includes('DST_IP')) need(1, 'dstIp');
  for (const { rule } of earlier ?? rules) {
    for (const field of REFERRING_FIELDS) {
      const stage = referenceOf(rule[field.rule]);
      const isIgnored = field.event === 'protocol' && directive.protocolIgnored;
      if (stage !== undefined && !isIgnored) need(stage, field.event);
    }
  }
  return needed;
};

const portOf = (text: string): number | undefined => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : undefined;
  return port === undefined || port > 65535 ? undefined : port;
};

/** The one value a condition names; undefined where it takes several, or any. */
const oneValue = (field: PinField, text: string): PinValue | undefined => {
  if (text === '' || text === 'ANY' || referenceOf(text) !== undefined) return undefined;
  if (field === 'srcPort' || field === 'dstPort') return portOf(text);
  if (field !== 'srcIp' && field !== 'dstIp') return text;
  const condition = readAddressCondition(text);
  const only = condition?.kind === 'list' && condition.items.length === 1 ? condition.items[0] : undefined;
  if (only === undefined || only.negated || !isHost(only.value)) return undefined;
  return canonicalAddress(formatAddress(only.value.base));
};

const isCustom = (field: PinField): field is 'customData1' | 'customData2' | 'customData3' =>
  field.startsWith('customData');

const customLabels = {
  customData1: 'customLabel1',
  customData2: 'customLabel2',
  customData3: 'customLabel3',
} as const;

/** Its letters' case is not in the rule, so it is taken from the list: the one value of the rule's label. */
const customValue = (
  field: 'customData1' | 'customData2' | 'customData3',
  rule: Rule,
  saved: SavedBacklog,
): string | undefined => {
  const label = rule[customLabels[field]];
  const condition = readCustomCondition(rule[field]);
  const only = condition.kind === 'list' && condition.items.length === 1 ? condition.items[0] : undefined;
  const wanted = only?.negated === false ? only.value.toLowerCase() : undefined;
  const values = new Set(
    saved.custom
      .filter((pair) => pair.label === label && (wanted === undefined || pair.content.toLowerCase() === wanted))
      .map(({ content }) => content),
  );
  return values.size === 1 ? [...values][0] : undefined;
};

/** What a later stage shows in the place of its `:N`. */
const shownLater = (field: Field, stage: number, from: Rebuilding): PinValue | undefined => {
  for (const { rule } of from.compiled.rules) {
    if (rule.stage <= stage || referenceOf(rule[field.rule]) !== stage) continue;
    const value = oneValue(field.event, from.saved.rules.get(rule.stage)?.texts.get(field.event) ?? '');
    if (value !== undefined) return value;
  }
  return undefined;
};

const listed = (field: PinField, { srcIps, dstIps }: SavedBacklog): string | undefined => {
  const list = field === 'srcIp' ? srcIps : field === 'dstIp' ? dstIps : [];
  return new Set(list).size === 1 ? list[0] : undefined;
};

/** What the stage's own rule says: one value, or the same as an earlier stage. */
const ownValue = (field: Field, rule: Rule, from: Rebuilding): PinValue | undefined => {
  const same = referenceOf(rule[field.rule]);
  const before = same === undefined ? undefined : from.known[same - 1]?.get(field.event);
  if (before !== undefined) return before;
  if (isCustom(field.event)) return customValue(field.event, rule, from.saved);
  const stored = from.saved.rules.get(rule.stage)?.texts.get(field.event) ?? '';
  return oneValue(field.event, stored) ?? oneValue(field.event, rule[field.rule]);
};

interface Rebuilding {
  readonly saved: SavedBacklog;
  readonly compiled: CompiledDirective;
  /** What is known of the first events of the stages before, by stage. */
  readonly known: Known[];
}

const asFirstEvent = (known: Known): FirstEvent => {
  const text = (field: PinField): string => String(known.get(field) ?? '');
  const port = (field: PinField): number => Number(known.get(field) ?? 0);
  return {
    srcIp: text('srcIp'),
    dstIp: text('dstIp'),
    srcPort: port('srcPort'),
    dstPort: port('dstPort'),
    protocol: text('protocol'),
    customData1: text('customData1'),
    customData2: text('customData2'),
    customData3: text('customData3'),
  };
};

/**
 * First events of the first `begun` stages, as far as they are needed, from what is left of them (dsiem.md §8): null where
 * a stage's is not. undefined where a value that is needed cannot be told.
 */
export const rebuildFirstEvents = (
  saved: SavedBacklog,
  compiled: CompiledDirective,
  begun: number,
): (FirstEvent | null)[] | undefined => {
  const needed = neededFields(compiled);
  const from: Rebuilding = { saved, compiled, known: [] };
  for (const { rule } of compiled.rules.slice(0, begun)) {
    const known: Known = new Map();
    for (const field of REFERRING_FIELDS) {
      const value = shownLater(field, rule.stage, from) ?? listed(field.event, saved) ?? ownValue(field, rule, from);
      if (value !== undefined) known.set(field.event, value);
      else if (needed.get(rule.stage)?.has(field.event) === true) return undefined;
    }
    from.known.push(known);
  }
  return from.known.map((known, index) => (compiled.keepsFirst[index] === true ? asFirstEvent(known) : null));
};
