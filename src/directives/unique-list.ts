/** What came of adding a value: it was new, already there, or new with no room left. */
export type Added = 'added' | 'present' | 'full';

const SHORT = 16;
const sets = new WeakMap<readonly string[], Set<string>>();

/** True where the list holds the value; quick for long lists, too. Lists must be changed by this file alone. */
export const holds = (list: readonly string[], value: string): boolean => {
  // Most lists hold one value, and are asked for that one.
  if (list[0] === value) return true;
  if (list.length <= SHORT) return list.includes(value, 1);
  // Long lists get a set beside them, so that looking stays cheap while the list itself stays plain data.
  let set = sets.get(list);
  if (set === undefined) {
    set = new Set(list);
    sets.set(list, set);
  }
  return set.has(value);
};

/** Adds a value to a list of different values that holds `limit` at most.  */
export const addUnique = (list: string[], value: string, limit: number): Added => {
  if (holds(list, value)) return 'present';
  if (list.length >= limit) return 'full';
  list.push(value);
  sets.get(list)?.add(value);
  return 'added';
};

const NOWHERE = '0.0.0.0';

/** The same for addresses: `0.0.0.0` never stays beside another address (dsiem.md §6). */
export const addAddress = (list: string[], address: string, limit: number): Added => {
  if (list.length > 0 && address === NOWHERE) return 'present';
  if (list.length === 1 && list[0] === NOWHERE && address !== NOWHERE) {
    list[0] = address;
    return 'added';
  }
  return addUnique(list, address, limit);
};
