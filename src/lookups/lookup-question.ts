import type { Json } from '../json.js';

/** What the `query` of a `LookupRequest` to a lookup source says. */
export type LookupQuery = {
  /** Intel: `address`. Vulnerabilities: `address port`. */
  readonly terms: readonly string[];
  /** How old an answer may be. */
  readonly maxAgeMinutes: number;
};

/** What the `result` of its `LookupResult` says. */
export type LookupFindings = {
  /** `term`: intel `address`, vulnerabilities `address:port`. */
  readonly hits: readonly { readonly provider: string; readonly term: string; readonly result: string }[];
  /** Terms, as asked, that could not be answered: worth asking again. */
  readonly failed: readonly string[];
};

const isRecord = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: Json): value is string => typeof value === 'string';

/** The query, read; undefined where it is none. */
export const readLookupQuery = (query: Json): LookupQuery | undefined => {
  if (!isRecord(query)) return undefined;
  const { terms, maxAgeMinutes } = query;
  if (!Array.isArray(terms) || typeof maxAgeMinutes !== 'number') return undefined;
  return { terms: (terms as readonly Json[]).filter(isText), maxAgeMinutes };
};

/** The result, read: empty where there is none. */
export const readLookupFindings = (result: Json | undefined): LookupFindings => {
  const { hits, failed } = isRecord(result) ? result : {};
  return {
    hits: (Array.isArray(hits) ? (hits as readonly Json[]) : []).flatMap((hit) => {
      if (!isRecord(hit)) return [];
      const { provider, term, result: text } = hit;
      const isWhole = typeof provider === 'string' && typeof term === 'string' && typeof text === 'string';
      return isWhole ? [{ provider, term, result: text }] : [];
    }),
    failed: (Array.isArray(failed) ? (failed as readonly Json[]) : []).filter(isText),
  };
};
