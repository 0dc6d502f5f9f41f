import { fourDigits, MINUS, SPACE, twoDigits } from './characters.js';
import { scanClock, scanOffset } from './scan-clock.js';
import type { ScannedDate } from './scanned-date.js';

const UPPER_T = 84;
const LOWER_T = 116;

/** Scans `yyyy-mm-ddThh:mm:ss`, fraction and offset (RFC 5424 §6.2.3, RFC 3339); a space may stand for the `T`. */
export function scanIsoDate(text: string, at: number, date: ScannedDate): boolean {
  if (text.charCodeAt(at + 4) !== MINUS || text.charCodeAt(at + 7) !== MINUS) return false;
  const year = fourDigits(text, at);
  const month = twoDigits(text, at + 5);
  const day = twoDigits(text, at + 8);
  if (year < 0 || month < 0 || day < 0) return false;
  const between = text.charCodeAt(at + 10);
  if (between !== UPPER_T && between !== LOWER_T && between !== SPACE) return false;
  if (!scanClock(text, at + 11, date)) return false;
  date.year = year;
  date.month = month;
  date.day = day;
  date.offsetMinutes = undefined;
  date.unknownZone = undefined;
  scanOffset(text, date);
  return true;
}

/** Whether the ISO date at `at` has a space where its `T` should be, as programs write it rather than syslog senders. */
export function hasSpaceForT(text: string, at: number): boolean {
  return text.charCodeAt(at + 4) === MINUS && text.charCodeAt(at + 10) === SPACE;
}
