import type { NormalizedEvent } from '../normalize/normalized-event.js';
import { type Address, type Cidr, contains, formatAddress, isHost } from './address.js';
import type { AddressFacts } from './asset-map.js';
import type { Rule } from './directive.js';
import {
  type AddressCondition,
  type ListItem,
  listMatches,
  readAddressCondition,
  readCustomCondition,
  readPortCondition,
  readProtocolCondition,
  type TextCondition,
} from './lists.js';
import type { Pin, PinField } from './pin.js';
import type { Subject } from './subject.js';

/** A condition that depends on nothing but the event and the assets. */
export interface FixedCondition {
  /** Equal for equal conditions. */
  readonly signature: string;
  readonly holds: (subject: Subject) => boolean;
}

/** What one field of a rule comes to: nothing, a pin, or a fixed condition. */
export type FieldCondition =
  | { readonly pin: Pin; readonly fixed?: never }
  | { readonly fixed: FixedCondition; readonly pin?: never }
  | undefined;

const reference = (field: PinField, stage: number): FieldCondition => ({
  pin: { field, folded: false, stage, literal: '' },
});

const single = <T>(items: readonly ListItem<T>[]): T | undefined => {
  const [item] = items;
  return items.length === 1 && item !== undefined && !item.negated ? item.value : undefined;
};

const cidrListHolds = (items: readonly ListItem<Cidr>[], address: Address | undefined): boolean =>
  address !== undefined && listMatches(items, (cidr) => contains(cidr, address));

const addressCondition = (field: 'srcIp' | 'dstIp', text: string, condition: AddressCondition): FieldCondition => {
  const factsOf: (subject: Subject) => AddressFacts =
    field === 'srcIp' ? (subject) => subject.source : (subject) => subject.destination;
  const signature = `${field} ${text}`;
  if (condition.kind === 'any') return undefined;
  if (condition.kind === 'reference') return reference(field, condition.stage);
  if (condition.kind === 'home') {
    const { inside } = condition;
    return { fixed: { signature, holds: (subject) => factsOf(subject).isHome === inside } };
  }
  const { items } = condition;
  const only = single(items);
  if (only !== undefined && isHost(only)) {
    return { pin: { field, folded: false, stage: 0, literal: formatAddress(only.base) } };
  }
  return { fixed: { signature, holds: (subject) => cidrListHolds(items, factsOf(subject).address) } };
};

const portCondition = (field: 'srcPort' | 'dstPort', text: string, condition: TextCondition): FieldCondition => {
  if (condition.kind === 'any') return undefined;
  if (condition.kind === 'reference') return reference(field, condition.stage);
  const items = condition.items.map(({ negated, value }) => ({ negated, value: Number(value) }));
  const only = single(items);
  if (only !== undefined) return { pin: { field, folded: false, stage: 0, literal: only } };
  const read: (event: NormalizedEvent) => number =
    field === 'srcPort' ? (event) => event.srcPort : (event) => event.dstPort;
  const holds = (subject: Subject): boolean => {
    const port = read(subject.event);
    return listMatches(items, (value) => value === port);
  };
  return { fixed: { signature: `${field} ${text}`, holds } };
};

const protocolCondition = (condition: TextCondition): FieldCondition => {
  if (condition.kind === 'any') return undefined;
  if (condition.kind === 'reference') return reference('protocol', condition.stage);
  return { pin: { field: 'protocol', folded: false, stage: 0, literal: single(condition.items) ?? '' } };
};

type CustomField = 'customData1' | 'customData2' | 'customData3';
const CUSTOM: Readonly<Record<CustomField, (event: NormalizedEvent) => string>> = {
  customData1: (event) => event.customData1,
  customData2: (event) => event.customData2,
  customData3: (event) => event.customData3,
};

const customCondition = (field: CustomField, text: string): FieldCondition => {
  const condition = readCustomCondition(text);
  if (condition.kind === 'any') return undefined;
  if (condition.kind === 'reference') return reference(field, condition.stage);
  const { items } = condition;
  const read = CUSTOM[field];
  const signature = `${field} ${text}`;
  if (text.includes(',')) {
    const holds = (subject: Subject): boolean => {
      const value = read(subject.event);
      return listMatches(items, (item) => item === value);
    };
    return { fixed: { signature, holds } };
  }
  const only = single(items);
  if (only !== undefined) return { pin: { field, folded: true, stage: 0, literal: only.toLowerCase() } };
  const unwanted = items[0]?.value.toLowerCase();
  return { fixed: { signature, holds: (subject) => read(subject.event).toLowerCase() !== unwanted } };
};

const promised = <T>(condition: T | undefined, text: string): T => {
  if (condition === undefined) throw new Error(`a rule with ${JSON.stringify(text)} passed the loader`);
  return condition;
};

/** Everything but the kind of event that a rule asks for, field by field (dsiem.md §3). */
export const fieldConditions = (rule: Rule, protocolIgnored: boolean): readonly FieldCondition[] => [
  addressCondition('srcIp', rule.from, promised(readAddressCondition(rule.from), rule.from)),
  addressCondition('dstIp', rule.to, promised(readAddressCondition(rule.to), rule.to)),
  portCondition('srcPort', rule.portFrom, promised(readPortCondition(rule.portFrom), rule.portFrom)),
  portCondition('dstPort', rule.portTo, promised(readPortCondition(rule.portTo), rule.portTo)),
  protocolIgnored ? undefined : protocolCondition(readProtocolCondition(rule.protocol)),
  customCondition('customData1', rule.customData1),
  customCondition('customData2', rule.customData2),
  customCondition('customData3', rule.customData3),
];
