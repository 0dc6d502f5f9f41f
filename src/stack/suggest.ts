import { editDistance } from '../edit-distance.js';

/** The known word that was probably meant, where one is close. */
const closest = (word: string, known: readonly string[]): string | undefined => {
  const lower = word.toLowerCase().slice(0, 100);
  const ranked = known
    .map((candidate) => ({ candidate, far: editDistance(lower, candidate.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
  const best = ranked[0];
  return best !== undefined && best.far <= Math.max(2, Math.floor(word.length / 3)) ? best.candidate : undefined;
};

/** `did you mean X? known are A, B, C`, for messages about an unknown word. */
export const wouldBeRight = (word: string, known: readonly string[]): string => {
  const meant = closest(word, known);
  const list = known.length === 0 ? 'none are known' : `known are ${known.join(', ')}`;
  return meant === undefined ? list : `did you mean ${meant}? ${list}`;
};
