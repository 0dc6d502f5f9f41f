import type { Selector } from './plugin-schema.js';
import type { Scan } from './scan.js';

/** By which key records are found for a selector: the one that tells most apart. */
export type SelectorKey = 'app' | 'host' | 'input' | 'facility' | 'none';

/** The key a selector is indexed by. */
export const keyOf = (selector: Selector): SelectorKey => {
  if (selector.app !== undefined) return 'app';
  if (selector.host !== undefined) return 'host';
  if (selector.input !== undefined) return 'input';
  return selector.facility === undefined ? 'none' : 'facility';
};

const holdsAny = (wanted: readonly string[] | undefined, value: string | undefined): boolean =>
  wanted === undefined || (value !== undefined && wanted.includes(value));

/** Compiles a selector to a test of all its conditions; undefined where it has none beside its key. */
export const compileSelector = (selector: Selector): ((scan: Scan) => boolean) | undefined => {
  const { host, input, facility, contains } = selector;
  const key = keyOf(selector);
  const others = { app: [host, input, facility], host: [input, facility], input: [facility], facility: [], none: [] }[
    key
  ];
  if (contains === undefined && others.every((condition) => condition === undefined)) return undefined;
  return ({ record, message }) =>
    holdsAny(host, record.host) &&
    holdsAny(input, record.input) &&
    (facility === undefined || (record.facility !== undefined && facility.includes(record.facility))) &&
    (contains === undefined || contains.some((literal) => message.includes(literal)));
};
