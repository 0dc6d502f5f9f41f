/** Journal entries that were at work when the core died: one, where that is known. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
}

/** A stretch the core has died in, and how often. */
export interface Suspect extends Stretch {
  readonly deaths: number;
}

/** Deaths at one entry, or at it and before that in its stretch, after which it is set aside. */
export const mostDeaths = 3;

/** A suspect more is one too many: the oldest is forgotten, and is one again when the core dies of it again. */
const mostSuspects = 100;

const isOne = ({ first, last }: Stretch): boolean => first === last;
const overlap = (a: Stretch, b: Stretch): boolean => a.first <= b.last && b.first <= a.last;

/**
 * What is suspected after one more death. `guilty`: the one entry the core has died of `mostDeaths` times. A death that is
 * known to less than one entry makes its stretch a suspect, which is then worked on entry by entry: the next one is known,
 * and the one before is held against the same entry, for it was at work then, too.
 */
export const noteDeath = (
  suspects: readonly Suspect[],
  death: Stretch,
): { readonly suspects: readonly Suspect[]; readonly guilty: number | undefined } => {
  const { first, last } = death;
  if (!isOne(death)) {
    const known = suspects.some((suspect) => overlap(suspect, death));
    return {
      suspects: known ? suspects : [...suspects, { first, last, deaths: 1 }].slice(-mostSuspects),
      guilty: undefined,
    };
  }
  const others = suspects.filter((suspect) => !overlap(suspect, death));
  const before = suspects.find((suspect) => overlap(suspect, death));
  const deaths = (before?.deaths ?? 0) + 1;
  if (deaths >= mostDeaths) return { suspects: others, guilty: first };
  return { suspects: [...others, { first, last, deaths }].slice(-mostSuspects), guilty: undefined };
};

/** What is still suspected when the work up to an entry is safe: the core got over what lies before. */
export const gotOver = (suspects: readonly Suspect[], position: number): readonly Suspect[] =>
  suspects.some(({ last }) => last <= position) ? suspects.filter(({ last }) => last > position) : suspects;

/**
 * Cuts the entries behind `seq` up to `last` so that whatever kills the core is known: at suspects, entry by entry. Gives the
 * stretch to work on next, and whether a suspect begins with it: what comes before is to be safe first.
 */
export const nextStretch = (
  suspects: readonly Stretch[],
  { seq, last }: { readonly seq: number; readonly last: number },
): Stretch & { readonly suspect: boolean } => {
  const first = seq + 1;
  let end = last;
  for (const suspect of suspects) {
    if (suspect.first <= first && first <= suspect.last) {
      return { first, last: first, suspect: suspect.first === first };
    }
    if (suspect.first > first) end = Math.min(end, suspect.first - 1);
  }
  return { first, last: end, suspect: false };
};
