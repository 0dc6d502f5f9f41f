import type { Get } from './template.js';

/** A condition on one field: which field, and the texts of which it must match one. */
export interface When {
  readonly field: string;
  readonly values: readonly string[];
}

const isWild = (value: string): boolean => value.startsWith('*') || value.endsWith('*');

/** True where the condition is met by equality alone, so that it can be looked up. */
export const isExact = (when: When): boolean => !when.values.some(isWild);

const test = (value: string): ((text: string) => boolean) => {
  const open = value.startsWith('*');
  const wanted = value.slice(open ? 1 : 0, value.length > 1 && value.endsWith('*') ? -1 : undefined).toLowerCase();
  if (value === '*') return (text) => text !== '';
  if (open && value.endsWith('*')) return (text) => text.includes(wanted);
  if (open) return (text) => text.endsWith(wanted);
  return value.endsWith('*') ? (text) => text.startsWith(wanted) : (text) => text === wanted;
};

/** Compiles conditions; all must hold, compared without regard to case. `*` alone is any text but none. */
export const compileWhen = <F>(whens: readonly When[], getter: (field: string) => Get<F>): ((fields: F) => boolean) => {
  const checks = whens.map(({ field, values }) => ({ get: getter(field), tests: values.map(test) }));
  return (fields) => {
    for (const { get, tests } of checks) {
      const text = get(fields).toLowerCase();
      if (!tests.some((matches) => matches(text))) return false;
    }
    return true;
  };
};
