import type { KeyedState } from 'tocsin';

/** What is counted between two `SshdStats`, and when the next is due: plain JSON, kept over restarts. */
export interface Totals {
  logins: number;
  failed: number;
  exceeded: number;
  expired: number;
  /** When the next `SshdStats` is due, ms; null before the first tick. */
  statsDue: number | null;
}

const key = 'totals';

/** The totals, for changing in place. */
export const editTotals = (state: KeyedState): Totals => {
  const kept = state.edit<Totals>(key);
  if (kept !== undefined) return kept;
  const totals: Totals = { logins: 0, failed: 0, exceeded: 0, expired: 0, statsDue: null };
  state.put(key, totals);
  return totals;
};

/** When the next `SshdStats` is due, ms; null before the first tick. */
export const statsDue = (state: KeyedState): number | null => state.get<Totals>(key)?.statsDue ?? null;
