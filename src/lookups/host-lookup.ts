import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

type Answer = Parameters<Parameters<LookupFunction>[2]>;

const keptMs = 10_000;

/**
 * Finds addresses of hosts with one question at a time for each name, kept for seconds: the system's resolver blocks one of the few
 * threads that file writes need, too, and a slow one must not take them all.
 */
export const hostLookup = (now: () => number): LookupFunction => {
  const known = new Map<string, { readonly answer: Answer; readonly until: number }>();
  const waiting = new Map<string, ((...answer: Answer) => void)[]>();
  return (host, options, callback) => {
    const key = JSON.stringify([host, options.all, options.family]);
    const kept = known.get(key);
    if (kept !== undefined && kept.until > now()) {
      process.nextTick(() => callback(...kept.answer));
      return;
    }
    const others = waiting.get(key);
    if (others !== undefined) {
      others.push(callback);
      return;
    }
    waiting.set(key, [callback]);
    lookup(host, options, (...answer) => {
      const callbacks = waiting.get(key) ?? [];
      waiting.delete(key);
      if (answer[0] === null) known.set(key, { answer, until: now() + keptMs });
      for (const one of callbacks) one(...answer);
    });
  };
};
