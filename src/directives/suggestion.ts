import { editDistance } from '../edit-distance.js';

const LONGEST = 40;

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** The known name that somebody who wrote `name` most likely meant; undefined where none is near. */
export const suggest = (name: string, known: readonly string[]): string | undefined => {
  if (name.length > LONGEST) return undefined;
  let best: string | undefined;
  let least = 3;
  for (const candidate of known) {
    const steps = editDistance(plain(name), plain(candidate));
    if (steps < least && steps * 3 <= candidate.length) {
      best = candidate;
      least = steps;
    }
  }
  return best;
};
