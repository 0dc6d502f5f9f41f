import { createRequire } from 'node:module';
import type { checkSync } from 'recheck';
import type { CheckPattern } from '../normalize/index.js';
import { clearedPatterns } from './cleared-patterns.js';

/**
 * How recheck looks: its limits are steps, so that a busy machine gives the same answer as an idle one, and a start does not
 * refuse what the start before took. Only the whole has a limit of time; what is not cleared by then is refused.
 */
const LIMITS = { timeout: 60_000, attackTimeout: null, incubationTimeout: null, seedingTimeout: null } as const;

const load = createRequire(import.meta.url);

/** recheck without its worker and its native checker: it runs in this thread, and starts nothing. Loaded only when asked. */
const recheck = (): { readonly checkSync: typeof checkSync } =>
  load('recheck/lib/browser.js') as { readonly checkSync: typeof checkSync };

const reasonOf = (source: string, flags: string): string | undefined => {
  const result = recheck().checkSync(source, flags, LIMITS);
  if (result.status === 'safe') return undefined;
  if (result.status === 'vulnerable') {
    return `it takes ${result.complexity.type} time on a text such as ${result.attack.pattern.slice(0, 200)}`;
  }
  return `whether it is linear could not be told (${result.error.kind})`;
};

/**
 * Checks patterns against catastrophic backtracking with recheck: seconds for one, in this thread. Each is checked once; those
 * in `cleared` are not.
 */
export const createPatternCheck = (cleared: ReadonlySet<string> = clearedPatterns): CheckPattern => {
  const known = new Map<string, string | undefined>();
  return (source, flags) => {
    if (cleared.has(source)) return undefined;
    if (!known.has(source)) known.set(source, reasonOf(source, flags));
    return known.get(source);
  };
};
