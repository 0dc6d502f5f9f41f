import type { Sample } from './sample.js';

/** What may grow by how much from the first half of a run to its second, each taken at its highest: a part of it, and so much. */
interface Allowed {
  readonly share: number;
  readonly more: number;
}

const mib = 1024 * 1024;

/**
 * Sizes that swing are given one swing: a segment of the outbox is 8 MiB, checkpoints are copied when 16 MiB in them are
 * outdated, rotated files stay open for a minute, memory is collected when it is convenient.
 */
const allowed: Readonly<Record<keyof Sample, Allowed>> = {
  resident: { share: 0.1, more: 32 * mib },
  threads: { share: 0, more: 0 },
  handles: { share: 0, more: 8 },
  journal: { share: 0, more: 16 * mib },
  outbox: { share: 0, more: 16 * mib },
  checkpoints: { share: 0, more: 24 * mib },
};

const highest = (samples: readonly Sample[], what: keyof Sample): number =>
  samples.reduce((most, sample) => Math.max(most, sample[what]), 0);

/** One line of the table, and whether it grew too much. */
export interface Growth {
  readonly what: keyof Sample;
  readonly before: number;
  readonly after: number;
  readonly bound: number;
  readonly isTooMuch: boolean;
}

/** Compares the second half of the samples with the first; the caller leaves out those of the warm-up. */
export const growthOf = (samples: readonly Sample[]): Growth[] => {
  const middle = Math.floor(samples.length / 2);
  return (Object.keys(allowed) as (keyof Sample)[]).map((what) => {
    const before = highest(samples.slice(0, middle), what);
    const after = highest(samples.slice(middle), what);
    const bound = Math.round(before * (1 + allowed[what].share) + allowed[what].more);
    return { what, before, after, bound, isTooMuch: after > bound };
  });
};
