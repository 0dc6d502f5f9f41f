import type { ScannedDate } from './scanned-date.js';

const dayMs = 86_400_000;
const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

// 0 for a month that does not exist.
function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (monthLengths[month - 1] ?? 0);
}

/** Whether the year has a 29 February. */
export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Ms from the epoch to the date's midnight, without any zone; years 0–9999. */
export function midnight(year: number, month: number, day: number): number {
  // Counted from 1 March, so that the leap day is the last of its year and needs no case of its own.
  const shifted = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return (shifted * 365 + leapDays + dayOfYear - 719_468) * dayMs;
}

/** Ms since midnight; the leap second :60 is the next second's start. */
export function sinceMidnight(date: ScannedDate): number {
  const milliseconds = date.second === 60 ? 0 : date.millisecond;
  return ((date.hour * 60 + date.minute) * 60 + date.second) * 1000 + milliseconds;
}

/** Whether the clock and (in the given year) the day exist; second 60 does in some of them (dateToTime says which). */
export function exists(date: ScannedDate, year: number): boolean {
  return (
    date.day >= 1 &&
    date.day <= daysInMonth(year, date.month) &&
    date.hour <= 23 &&
    date.minute <= 59 &&
    date.second <= 60
  );
}
