import { LiteralError, LiteralReader, type Scalar } from './literal-reader.js';
import type { Outcome } from './outcome.js';

/** Entries whose `len` is smaller say nothing (dsiem.md §2). */
const leastLen = 5;

const textOf = (entry: ReadonlyMap<string, Scalar>, key: string): string | undefined => {
  const value = entry.get(key);
  return value === undefined || value === null ? undefined : String(value);
};

/** Reads what WISE answers: a JavaScript-like list of `{field,len,value}`; results are `field: value` (dsiem.md §2). */
export const readWiseAnswer = (body: string): Outcome => {
  let entries: readonly Map<string, Scalar>[];
  try {
    entries = new LiteralReader(body).objects();
  } catch (cause) {
    if (!(cause instanceof LiteralError)) throw cause;
    return {
      reason: 'malformed',
      message: `the answer has ${cause.message}; a list of {field,len,value} would be right`,
    };
  }
  const results: string[] = [];
  for (const entry of entries) {
    const len = entry.get('len');
    if (typeof len !== 'number' || len < leastLen) continue;
    const field = textOf(entry, 'field');
    const value = textOf(entry, 'value');
    if (field === undefined || value === undefined) {
      return { reason: 'malformed', message: 'the answer has an entry without field or value; both would be right' };
    }
    results.push(`${field}: ${value}`);
  }
  return { results };
};
