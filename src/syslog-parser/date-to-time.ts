import { exists, isLeapYear, midnight, sinceMidnight } from './civil-date.js';
import { type LocalTime, resolveLocal } from './local-time.js';
import type { ParseOptions } from './parse-options.js';
import type { ScannedDate } from './scanned-date.js';
import { type Zone, zoneOf } from './zone.js';

const minuteMs = 60_000;
const dayMs = 86_400_000;
// Within this distance of the reference no other year can be nearer.
const surelyNearestMs = 180 * dayMs;
const shortYearMs = 364 * dayMs;
const longestWithoutLeapYear = 8;

// The last quarter of an hour read: a stream of lines asks for the same one again and again.
let cachedKey = -1;
let cachedZone: Zone | undefined;
let cachedStart = 0;

/**
 * The date as a moment, or undefined where no such date or clock exists. A date without a year gets the option's year,
 * or the one that puts it nearest to the reference (29 February: the nearest leap year), of those that put it no more
 * than a day after a stored file's time: what is written later cannot be in it, but for clocks and zones that differ.
 */
export function dateToTime(date: ScannedDate, options: ParseOptions): LocalTime | undefined {
  const local = placed(date, options);
  return date.second < 60 || local === undefined || endsLeapSecond(local.time) ? local : undefined;
}

// Leap seconds are added at the end of June or December, UTC (ITU-R TF.460-6 §D.2); any other second 60 is none.
function endsLeapSecond(time: number): boolean {
  const next = new Date(time);
  return time % dayMs === 0 && next.getUTCDate() === 1 && next.getUTCMonth() % 6 === 0;
}

function placed(date: ScannedDate, options: ParseOptions): LocalTime | undefined {
  const reference = Math.floor(options.referenceTime ?? options.receivedAt);
  const latest = options.referenceTime === undefined ? Number.POSITIVE_INFINITY : reference + dayMs;
  const year = date.year ?? options.year;
  if (date.offsetMinutes !== undefined) {
    return fixedOffsetTime(date, date.offsetMinutes * minuteMs, year, { reference, latest });
  }
  const zone = zoneOf(options.timeZone);
  const key = keyOf(date, year ?? -1);
  const inQuarter = ((date.minute % 15) * 60 + date.second) * 1000 + (date.second === 60 ? 0 : date.millisecond);
  if (key === cachedKey && zone === cachedZone && date.second <= 60) {
    const time = cachedStart + inQuarter;
    if (year !== undefined || isSurelyNearest(time, { reference, latest })) return { time, shown: 'once' };
  }
  const local = year === undefined ? nearest(date, zone, { reference, latest }) : inYear(date, year, zone, reference);
  if (local?.shown === 'once') {
    cachedKey = key;
    cachedZone = zone;
    cachedStart = local.time - inQuarter;
  }
  return local;
}

interface Bounds {
  readonly reference: number;
  readonly latest: number;
}

/** Without looking at other years: in a stored file, a year later would be too late. */
function isSurelyNearest(time: number, { reference, latest }: Bounds): boolean {
  if (latest === Number.POSITIVE_INFINITY) return Math.abs(time - reference) < surelyNearestMs;
  return time <= latest && time > latest - shortYearMs;
}

function keyOf(date: ScannedDate, year: number): number {
  return (((year * 100 + date.month) * 100 + date.day) * 100 + date.hour) * 10 + Math.floor(date.minute / 15);
}

function fixedOffsetTime(
  date: ScannedDate,
  offset: number,
  year: number | undefined,
  bounds: Bounds,
): LocalTime | undefined {
  if (Number.isNaN(offset)) return undefined;
  if (year === undefined) return nearest(date, { offsetAt: () => offset }, bounds);
  if (!exists(date, year)) return undefined;
  return { time: midnight(year, date.month, date.day) + sinceMidnight(date) - offset, shown: 'once' };
}

function inYear(date: ScannedDate, year: number, zone: Zone, reference: number): LocalTime | undefined {
  if (!exists(date, year)) return undefined;
  return resolveLocal(midnight(year, date.month, date.day) + sinceMidnight(date), zone, reference);
}

function nearest(date: ScannedDate, zone: Zone, { reference, latest }: Bounds): LocalTime | undefined {
  const middle = new Date(reference).getUTCFullYear();
  const reach = date.month === 2 && date.day === 29 ? longestWithoutLeapYear : 1;
  let best: LocalTime | undefined;
  for (let year = middle - reach; year <= middle + reach; year++) {
    if (reach > 1 && !isLeapYear(year)) continue;
    const local = inYear(date, year, zone, reference);
    if (local === undefined || local.time > latest) continue;
    if (best === undefined || Math.abs(local.time - reference) < Math.abs(best.time - reference)) best = local;
  }
  return best;
}
