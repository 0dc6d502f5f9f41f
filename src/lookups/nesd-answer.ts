import { messageOf } from '../fault.js';
import type { Outcome } from './outcome.js';

const nothing = 'no vulnerability found';
const risks = ['Medium', 'High', 'Critical'];

const malformed = (seen: string): Outcome => ({
  reason: 'malformed',
  message: `the answer ${seen}; ${JSON.stringify(nothing)} or a JSON list of {cve,risk,name} would be right`,
});

const field = (entry: unknown, name: string): string | undefined => {
  if (typeof entry !== 'object' || entry === null || !Object.hasOwn(entry, name)) return undefined;
  const value = (entry as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : undefined;
};

/** Reads what Nesd answers; results are `risk - name (cve)`, of risks that count (dsiem.md §2). */
export const readNesdAnswer = (body: string, options: { readonly allowLowSeverity: boolean }): Outcome => {
  if (body.trim() === nothing) return { results: [] };
  let entries: unknown;
  try {
    entries = JSON.parse(body);
  } catch (cause) {
    return malformed(`is not JSON (${messageOf(cause).slice(0, 100)})`);
  }
  if (!Array.isArray(entries)) return malformed('is no list');
  const counting = options.allowLowSeverity ? ['Low', ...risks] : risks;
  const results: string[] = [];
  for (const entry of entries as unknown[]) {
    const risk = field(entry, 'risk');
    if (risk === undefined) return malformed('has an entry without risk');
    if (!counting.includes(risk)) continue;
    const name = field(entry, 'name');
    if (name === undefined) return malformed('has an entry without name');
    const cve = field(entry, 'cve') ?? '';
    results.push(cve === '' ? `${risk} - ${name}` : `${risk} - ${name} (${cve})`);
  }
  return { results };
};
