import type { BlockLocation } from './block-chain.js';

/** Blocks that stand one behind the other in a segment, by where they are: what many blocks leave in memory is as little as what one does. */
export type BlockRun = BlockLocation;

/** Adds blocks behind those of a list; they become part of its last run where they follow it. */
export const addToRuns = (runs: BlockRun[], next: BlockRun): void => {
  const last = runs.at(-1);
  if (last === undefined || !follows(last, next)) runs.push(next);
  else runs[runs.length - 1] = joined(last, next);
};

/** Whether `next` begins where `run` ends. */
export const follows = (run: BlockRun, next: BlockRun): boolean =>
  run.segment === next.segment && run.offset + run.length === next.offset && run.firstSeq + run.count === next.firstSeq;

/** Two runs of which the second follows the first. */
export const joined = (run: BlockRun, next: BlockRun): BlockRun => ({
  ...run,
  length: run.length + next.length,
  count: run.count + next.count,
});

/** What is left of a run behind its first bytes and entries; undefined where nothing is. */
export const restOf = (
  run: BlockRun,
  taken: { readonly length: number; readonly count: number },
): BlockRun | undefined =>
  taken.length >= run.length
    ? undefined
    : {
        segment: run.segment,
        offset: run.offset + taken.length,
        length: run.length - taken.length,
        firstSeq: run.firstSeq + taken.count,
        count: run.count - taken.count,
      };
