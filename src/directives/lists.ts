import { type Cidr, parseCidr } from './address.js';

/** One item of a list such as `10.0.0.0/8, !10.0.0.1`. */
export interface ListItem<T> {
  readonly negated: boolean;
  readonly value: T;
}

/** What `from` or `to` asks for, read. */
export type AddressCondition =
  | { readonly kind: 'any' }
  | { readonly kind: 'home'; readonly inside: boolean }
  | { readonly kind: 'reference'; readonly stage: number }
  | { readonly kind: 'list'; readonly items: readonly ListItem<Cidr>[] };

/** What a port, the protocol or custom data asks for, read. */
export type TextCondition =
  | { readonly kind: 'any' }
  | { readonly kind: 'reference'; readonly stage: number }
  | { readonly kind: 'list'; readonly items: readonly ListItem<string>[] };

const ANY = { kind: 'any' } as const;

/** The N of `:N`; undefined for any other text. */
export const referenceOf = (text: string): number | undefined =>
  /^:[1-9]\d{0,5}$/.test(text) ? Number(text.slice(1)) : undefined;

/** Splits a comma list into trimmed items, each with or without a leading `!`. */
export const splitList = (text: string): readonly ListItem<string>[] =>
  text.split(',').map((part) => {
    const item = part.trim();
    return item.startsWith('!') ? { negated: true, value: item.slice(1).trim() } : { negated: false, value: item };
  });

/** Scans left to right: the first item that matches decides, else a negated one leaves "true so far" (dsiem.md §3.3). */
export const listMatches = <T>(items: readonly ListItem<T>[], matches: (value: T) => boolean): boolean => {
  let soFar = false;
  for (const item of items) {
    if (matches(item.value)) return !item.negated;
    if (item.negated) soFar = true;
  }
  return soFar;
};

/** Reads `from` or `to`; undefined where the text is none of what dsiem.md §2 allows. */
export const readAddressCondition = (text: string): AddressCondition | undefined => {
  if (text === 'ANY') return ANY;
  if (text === 'HOME_NET') return { kind: 'home', inside: true };
  if (text === '!HOME_NET') return { kind: 'home', inside: false };
  const stage = referenceOf(text);
  if (stage !== undefined) return { kind: 'reference', stage };
  const items: ListItem<Cidr>[] = [];
  for (const { negated, value } of splitList(text)) {
    const cidr = parseCidr(value);
    if (cidr === undefined) return undefined;
    items.push({ negated, value: { base: cidr.base, length: cidr.length } });
  }
  return { kind: 'list', items };
};

const isPort = (text: string): boolean => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65535;

/** Reads `port_from` or `port_to`; undefined where the text is none of what dsiem.md §2 allows. */
export const readPortCondition = (text: string): TextCondition | undefined => {
  if (text === 'ANY') return ANY;
  const stage = referenceOf(text);
  if (stage !== undefined) return { kind: 'reference', stage };
  const items = splitList(text);
  return items.every(({ value }) => isPort(value)) ? { kind: 'list', items } : undefined;
};

/** Reads `protocol`: ANY, "", `:N`, or one exact text. */
export const readProtocolCondition = (text: string): TextCondition => {
  if (text === 'ANY' || text === '') return ANY;
  const stage = referenceOf(text);
  if (stage !== undefined) return { kind: 'reference', stage };
  return { kind: 'list', items: [{ negated: false, value: text }] };
};

/** Reads custom data: ANY, "", `:N`, one text, or with a comma a list of texts (dsiem.md §3.6). */
export const readCustomCondition = (text: string): TextCondition => {
  if (text === 'ANY' || text === '') return ANY;
  const stage = referenceOf(text);
  if (stage !== undefined) return { kind: 'reference', stage };
  if (text.includes(',')) return { kind: 'list', items: splitList(text) };
  const negated = text.startsWith('!');
  return { kind: 'list', items: [{ negated, value: negated ? text.slice(1) : text }] };
};
