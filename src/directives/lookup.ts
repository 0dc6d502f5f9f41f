import type { Backlog, LookupHit } from './backlog.js';

/** What has not been looked up yet for an alarm (dsiem.md §7). */
export interface LookupQuestion {
  readonly alarmId: string;
  /** For intel sources. */
  readonly addresses: readonly string[];
  /** For vulnerability sources. */
  readonly services: readonly { readonly address: string; readonly port: number }[];
}

/** What lookups gave for an alarm. */
export interface LookupAnswer {
  readonly alarmId: string;
  readonly intel?: readonly LookupHit[];
  readonly vulnerabilities?: readonly LookupHit[];
  /** Terms (`address`, `address port`) a source failed on: asked again at the next change. */
  readonly failed?: readonly string[];
}

/** Which lookups are wanted. */
export interface LookupWishes {
  readonly intel: boolean;
  readonly vulnerabilities: boolean;
}

/** The terms not asked before, which are asked from here on; undefined where there are none. */
export const askLookups = (backlog: Backlog, wishes: LookupWishes): LookupQuestion | undefined => {
  const asked = new Set(backlog.asked);
  const isNew = (term: string): boolean => !asked.has(term);
  const addresses = wishes.intel ? [...new Set([...backlog.srcIps, ...backlog.dstIps])].filter(isNew) : [];
  const services = wishes.vulnerabilities ? (backlog.services ?? []).filter(isNew) : [];
  if (addresses.length === 0 && services.length === 0) return undefined;
  backlog.asked = [...asked, ...addresses, ...services];
  return {
    alarmId: backlog.alarmId,
    addresses,
    services: services.map((term) => {
      const [address = '', port = ''] = term.split(' ');
      return { address, port: Number(port) };
    }),
  };
};

const same = (a: LookupHit, b: LookupHit): boolean =>
  a.provider === b.provider && a.term === b.term && a.result === b.result;

const merge = (
  known: readonly LookupHit[],
  found: readonly LookupHit[],
  bound: { readonly limit: number; readonly full: () => void },
): LookupHit[] => {
  const merged = [...known];
  for (const hit of found) {
    if (merged.some((other) => same(hit, other))) continue;
    if (merged.length < bound.limit) merged.push({ provider: hit.provider, term: hit.term, result: hit.result });
    else bound.full();
  }
  return merged;
};

/** Adds what was found to the backlog; true where something is new. Nothing found before is lost. */
export const mergeAnswer = (
  backlog: Backlog,
  answer: LookupAnswer,
  bound: { readonly limit: number; readonly full: () => void },
): boolean => {
  const intel = merge(backlog.intel ?? [], answer.intel ?? [], bound);
  const vulnerabilities = merge(backlog.vulnerabilities ?? [], answer.vulnerabilities ?? [], bound);
  const failed = new Set(answer.failed);
  if (failed.size > 0) backlog.asked = (backlog.asked ?? []).filter((term) => !failed.has(term));
  const before = (backlog.intel?.length ?? 0) + (backlog.vulnerabilities?.length ?? 0);
  if (intel.length > 0) backlog.intel = intel;
  if (vulnerabilities.length > 0) backlog.vulnerabilities = vulnerabilities;
  return intel.length + vulnerabilities.length > before;
};
