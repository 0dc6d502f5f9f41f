import { COLON, fourDigits, isDigit, isGap, PERCENT, SPACE, skipSpaces, twoDigits } from './characters.js';
import { scanClock, scanOffset } from './scan-clock.js';
import type { ScannedDate } from './scanned-date.js';

const months: ReadonlyMap<number, number> = new Map(
  ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'].map((name, index) => [
    threeLetters(name, 0),
    index + 1,
  ]),
);

function threeLetters(text: string, at: number): number {
  // Setting bit 5 makes ASCII letters lower case; a name is followed by a space, so other characters find no month.
  return (text.charCodeAt(at) << 16) | (text.charCodeAt(at + 1) << 8) | text.charCodeAt(at + 2) | 0x202020;
}

/**
 * Scans `Mmm dd hh:mm:ss` (RFC 3164 §4.1.2) as it is really sent: day with one or two characters, a year before the
 * month (NX-OS), before the clock (ASA) or after it (Aruba, Juniper), fractions, an offset behind the clock (Huawei).
 */
export function scanBsdDate(text: string, at: number, date: ScannedDate): boolean {
  let p = at;
  let year: number | undefined;
  if (isDigit(text.charCodeAt(p))) {
    year = yearAt(text, p);
    if (year === undefined) return false;
    p += 5;
  }
  if (text.charCodeAt(p + 3) !== SPACE) return false;
  const month = months.get(threeLetters(text, p));
  if (month === undefined) return false;
  p = scanDay(text, text.charCodeAt(p + 4) === SPACE ? p + 5 : p + 4, date);
  if (p < 0) return false;
  if (!scanClock(text, p, date)) {
    year = yearAt(text, p);
    if (year === undefined || !scanClock(text, skipSpaces(text, p + 4), date)) return false;
  }
  date.year = year;
  date.month = month;
  date.offsetMinutes = undefined;
  date.unknownZone = undefined;
  scanOffset(text, date);
  return true;
}

/** Reads a year after the clock, as in `Nov 21 10:00:00 2026`, where the date has none yet. */
export function scanYearBehind(text: string, date: ScannedDate): void {
  if (date.year !== undefined || text.charCodeAt(date.end) !== SPACE) return;
  const year = yearAt(text, date.end + 1);
  if (year === undefined) return;
  date.year = year;
  date.end += 5;
}

/** Whether a colon at `at` ends the date, as Cisco's does: one inside `2001:db8::1` does not. */
export function endsInColon(text: string, at: number): boolean {
  const next = text.charCodeAt(at + 1);
  return text.charCodeAt(at) === COLON && (isGap(next) || next === PERCENT);
}

function scanDay(text: string, at: number, date: ScannedDate): number {
  const two = twoDigits(text, at);
  const length = two < 0 ? 1 : 2;
  if (!isDigit(text.charCodeAt(at)) || text.charCodeAt(at + length) !== SPACE) return -1;
  date.day = two < 0 ? text.charCodeAt(at) - 48 : two;
  return at + length + 1;
}

// Only years a log can have: other four digits behind a date are part of the text.
function yearAt(text: string, at: number): number | undefined {
  const year = fourDigits(text, at);
  const ends = isGap(text.charCodeAt(at + 4)) || endsInColon(text, at + 4);
  return year >= 1970 && year <= 2199 && ends ? year : undefined;
}
