const distance = (left: string, right: string): number => {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row[right.length] ?? 0;
};

/** The known word that was probably meant, where one is close. */
const closest = (word: string, known: readonly string[]): string | undefined => {
  const lower = word.toLowerCase().slice(0, 100);
  const ranked = known
    .map((candidate) => ({ candidate, far: distance(lower, candidate.toLowerCase()) }))
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
