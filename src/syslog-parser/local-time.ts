import type { Zone } from './zone.js';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** A clock reading placed on the line of time. */
export interface LocalTime {
  /** Ms since the epoch. */
  readonly time: number;
  /** The clock showed it once; twice (clocks were put back); never (they were put forward). */
  readonly shown: 'once' | 'twice' | 'never';
}

/**
 * When a clock in the zone showed the reading (ms from the epoch as if it were UTC). Twice: the second where the
 * reference lies nearer to it and at most an hour behind it, as for lines that are received at once, else the first.
 * Never: by the offset before the change.
 */
export function resolveLocal(reading: number, zone: Zone, reference: number): LocalTime {
  const before = zone.offsetAt(reading - dayMs);
  const after = zone.offsetAt(reading + dayMs);
  const first = reading - before;
  if (before === after && zone.offsetAt(first) === before) return { time: first, shown: 'once' };
  const second = reading - after;
  const firstHolds = zone.offsetAt(first) === before;
  const secondHolds = zone.offsetAt(second) === after;
  if (firstHolds && secondHolds && first !== second) {
    const nearer = Math.abs(reference - second) < Math.abs(reference - first) && reference - second <= hourMs;
    return { time: nearer ? second : first, shown: 'twice' };
  }
  if (firstHolds) return { time: first, shown: 'once' };
  return secondHolds ? { time: second, shown: 'once' } : { time: first, shown: 'never' };
}
