const LONGEST = 40;

/** Letters to add, drop, change or swap with the next one. */
const distance = (a: string, b: string): number => {
  let before: readonly number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwapped ? (before[j - 2] ?? 0) + 1 : change;
      row.push(Math.min(change, swap, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
};

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** The known name that somebody who wrote `name` most likely meant; undefined where none is near. */
export const suggest = (name: string, known: readonly string[]): string | undefined => {
  if (name.length > LONGEST) return undefined;
  let best: string | undefined;
  let least = 3;
  for (const candidate of known) {
    const steps = distance(plain(name), plain(candidate));
    if (steps < least && steps * 3 <= candidate.length) {
      best = candidate;
      least = steps;
    }
  }
  return best;
};
