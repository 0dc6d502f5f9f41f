import { seededRandom } from '../support/faulty-files.js';
import { killPointNames, type KillPointName } from '../../src/kill-point.js';

/** How the program ends in a round. Times in ms. */
export type Kill =
  /** Killed so long after it said that it is ready. */
  | { readonly kind: 'running'; readonly afterMs: number }
  /** Killed after this share of the time that a start takes. */
  | { readonly kind: 'starting'; readonly share: number }
  /** Asked to stop so long after it is ready, and killed while it does. */
  | { readonly kind: 'stopping'; readonly afterMs: number; readonly stopMs: number }
  /** Kills itself when it comes to a named point for the `count`th time. */
  | { readonly kind: 'point'; readonly name: KillPointName; readonly count: number };

/** What happens between one start of the program and its end. */
export interface Round {
  readonly kill: Kill;
  /** The followed file is rotated so long after the start of the program, ms. */
  readonly rotateInputAfterMs: readonly number[];
  /** The files that listeners write are renamed so long after the start of the program, ms. */
  readonly rotateOutputsAfterMs: number | undefined;
  /** The configuration changes before the start, or so long after the program is ready (then it is told so by SIGHUP). */
  readonly change: 'no' | 'before' | { readonly afterMs: number };
  /** How long nothing runs before the program is started, ms. */
  readonly pauseMs: number;
}

const longestRunMs = 1800;
/** Of points that are come to often, one of so many times; of others the first. */
const mostTimes: Readonly<Partial<Record<KillPointName, number>>> = {
  'journal-appended': 300,
  'outbox-appended': 300,
  'listener-flushed': 20,
  'positions-written': 10,
  'checkpoint-half-written': 4,
  'checkpoint-committed': 4,
};
const otherwiseMostTimes = 1;

/** The moments and choices of a whole run: the same for the same seed. `points`: every round ends at a named point. */
export const planRounds = (options: {
  readonly seed: number;
  readonly kills: number;
  readonly points: boolean;
}): Round[] => {
  const random = seededRandom(options.seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const killFor = (index: number): Kill => {
    const name = killPointNames[index % killPointNames.length];
    if (options.points && name !== undefined)
      return { kind: 'point', name, count: 1 + below(mostTimes[name] ?? otherwiseMostTimes) };
    const chance = random();
    if (chance < 0.2) return { kind: 'starting', share: 1.1 * random() };
    if (chance < 0.3) return { kind: 'stopping', afterMs: below(longestRunMs), stopMs: below(300) };
    return { kind: 'running', afterMs: below(longestRunMs) };
  };
  const changeFor = (): Round['change'] => {
    const chance = random();
    if (chance < 0.15) return 'before';
    return chance < 0.3 ? { afterMs: below(longestRunMs) } : 'no';
  };
  return Array.from({ length: options.kills }, (_, index) => ({
    kill: killFor(index),
    rotateInputAfterMs: Array.from({ length: below(3) }, () => below(longestRunMs)),
    rotateOutputsAfterMs: random() < 0.2 ? below(longestRunMs) : undefined,
    change: changeFor(),
    pauseMs: random() < 0.3 ? below(600) : 0,
  }));
};
