import type { LookupHit } from './backlog.js';
import { canonicalAddress } from './address.js';
import type { Rule } from './directive.js';
import type { PinField } from './pin.js';
import { parseRfc3339 } from './rfc3339.js';

/** Longest text taken over, in UTF-16 units: as of events. */
const LONGEST_TEXT = 65_536;
const LONGEST_ID = 1_024;

/** A field that `:N` can stand for: in a directive's rule, in an event, and in the file of a rule. */
export const REFERRING_FIELDS: readonly {
  readonly rule: keyof Rule &
    ('from' | 'to' | 'portFrom' | 'portTo' | 'protocol' | 'customData1' | 'customData2' | 'customData3');
  readonly event: PinField;
  readonly wire: string;
}[] = [
  { rule: 'from', event: 'srcIp', wire: 'from' },
  { rule: 'to', event: 'dstIp', wire: 'to' },
  { rule: 'portFrom', event: 'srcPort', wire: 'port_from' },
  { rule: 'portTo', event: 'dstPort', wire: 'port_to' },
  { rule: 'protocol', event: 'protocol', wire: 'protocol' },
  { rule: 'customData1', event: 'customData1', wire: 'custom_data1' },
  { rule: 'customData2', event: 'customData2', wire: 'custom_data2' },
  { rule: 'customData3', event: 'customData3', wire: 'custom_data3' },
];

/** A stage as dsiem-rs saved it. Times in seconds, 0 where there is none. */
interface SavedRule {
  /** Lower case; "" where there is none. */
  readonly status: string;
  readonly start: number;
  readonly end: number;
  readonly eventIds: readonly string[];
  /** Events that counted, where a field tells. */
  readonly events: number | undefined;
  /** Its conditions as text, by the field of events they are about. */
  readonly texts: ReadonlyMap<PinField, string>;
}

/** A backlog as dsiem-rs saved it, as far as it can be read. Times in seconds, 0 where there is none. */
export interface SavedBacklog {
  readonly alarmId: string;
  readonly kingdom: string;
  readonly category: string;
  readonly status: string;
  readonly risk: number;
  readonly created: number;
  readonly updated: number;
  readonly srcIps: readonly string[];
  readonly dstIps: readonly string[];
  readonly custom: readonly { readonly label: string; readonly content: string }[];
  readonly intel: readonly LookupHit[];
  readonly vulnerabilities: readonly LookupHit[];
  readonly currentStage: number | undefined;
  readonly rules: ReadonlyMap<number, SavedRule>;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const get = (from: object, name: string): unknown =>
  Object.hasOwn(from, name) ? (from as Record<string, unknown>)[name] : undefined;
const list = (from: object, name: string): readonly unknown[] => {
  const value = get(from, name);
  return Array.isArray(value) ? value : [];
};
const textIn = (value: unknown): string => (typeof value === 'string' && value.length <= LONGEST_TEXT ? value : '');
const text = (from: object, name: string): string => textIn(get(from, name));
const whole = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/** Seconds since the epoch as a number, or RFC 3339. */
const time = (from: object, name: string): number => {
  const value = get(from, name);
  if (typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER) return Math.floor(value);
  return typeof value === 'string' ? (parseRfc3339(value) ?? 0) : 0;
};

const addresses = (from: object, name: string): readonly string[] =>
  list(from, name).flatMap((value) => (typeof value === 'string' ? (canonicalAddress(value) ?? []) : []));

const customData = (from: object): SavedBacklog['custom'] =>
  list(from, 'custom_data')
    .filter(isObject)
    .map((pair) => ({ label: text(pair, 'label'), content: text(pair, 'content') }))
    .filter(({ content }) => content !== '');

const hits = (from: object, name: string): readonly LookupHit[] =>
  list(from, name)
    .filter(isObject)
    .map((hit) => ({ provider: text(hit, 'provider'), term: text(hit, 'term'), result: text(hit, 'result') }))
    .filter(({ result }) => result !== '');

const eventIds = (from: object): readonly unknown[] => {
  const ids = list(from, 'event_ids');
  return ids.length > 0 ? ids : list(from, 'events');
};

const savedRule = (from: object): SavedRule => {
  const ids = eventIds(from);
  const counts = [get(from, 'events_count'), get(from, 'event_count')].flatMap((value) => whole(value) ?? []);
  const isTold = counts.length > 0 || ids.length > 0 || Array.isArray(get(from, 'event_ids'));
  return {
    status: text(from, 'status').toLowerCase(),
    start: time(from, 'start_time'),
    end: time(from, 'end_time'),
    eventIds: ids.filter((id): id is string => typeof id === 'string' && id !== '' && id.length <= LONGEST_ID),
    events: isTold ? Math.max(ids.length, ...counts) : undefined,
    texts: new Map(REFERRING_FIELDS.map(({ event, wire }) => [event, text(from, wire)])),
  };
};

const savedRules = (from: object): ReadonlyMap<number, SavedRule> =>
  new Map(
    list(from, 'rules')
      .filter(isObject)
      .flatMap((rule): [number, SavedRule][] => {
        const stage = whole(get(rule, 'stage'));
        return stage === undefined ? [] : [[stage, savedRule(rule)]];
      }),
  );

const idOf = (from: object): string => {
  const id = get(from, 'alarm_id') ?? get(from, 'id');
  return typeof id === 'string' && /^[\w-]{1,64}$/.test(id) ? id : '';
};

/** One backlog of a file; undefined where the value has no id that could be an alarm's, or no stages. */
export const readSavedBacklog = (value: unknown): SavedBacklog | undefined => {
  if (!isObject(value)) return undefined;
  const alarmId = idOf(value);
  const rules = savedRules(value);
  const currentStage = get(value, 'current_stage');
  const risk = whole(get(value, 'risk')) ?? 0;
  if (alarmId === '' || (rules.size === 0 && currentStage === undefined)) return undefined;
  return {
    alarmId,
    kingdom: text(value, 'kingdom'),
    category: text(value, 'category'),
    status: text(value, 'status').toLowerCase(),
    risk: Math.min(risk, 10),
    created: time(value, 'created_time'),
    updated: time(value, 'update_time'),
    srcIps: addresses(value, 'src_ips'),
    dstIps: addresses(value, 'dst_ips'),
    custom: customData(value),
    intel: hits(value, 'intel_hits'),
    vulnerabilities: hits(value, 'vulnerabilities'),
    currentStage: currentStage === undefined || currentStage === null ? undefined : (whole(currentStage) ?? 0),
    rules,
  };
};

/** What a file holds: an array of backlogs, one backlog, or an object with the array; the items are not looked at. */
export const savedItems = (content: unknown): readonly unknown[] => {
  if (Array.isArray(content)) return content;
  if (!isObject(content) || Object.hasOwn(content, 'rules')) return [content];
  const named = get(content, 'backlogs');
  return Array.isArray(named) ? named : (Object.values(content).find((value) => Array.isArray(value)) ?? [content]);
};
