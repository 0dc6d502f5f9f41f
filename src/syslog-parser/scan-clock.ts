import { COLON, COMMA, DOT, isDigit, MINUS, twoDigits } from './characters.js';
import type { ScannedDate } from './scanned-date.js';

const PLUS = 43;
const UPPER_Z = 90;
const LOWER_Z = 122;

/** Scans `hh:mm:ss` with any number of fraction digits after `.` or `,` (rounded down to ms); false where there is none. */
export function scanClock(text: string, at: number, date: ScannedDate): boolean {
  const hour = twoDigits(text, at);
  const minute = twoDigits(text, at + 3);
  const second = twoDigits(text, at + 6);
  if (hour < 0 || minute < 0 || second < 0) return false;
  if (text.charCodeAt(at + 2) !== COLON || text.charCodeAt(at + 5) !== COLON) return false;
  date.hour = hour;
  date.minute = minute;
  date.second = second;
  date.millisecond = 0;
  date.end = at + 8;
  const mark = text.charCodeAt(at + 8);
  if ((mark === DOT || mark === COMMA) && isDigit(text.charCodeAt(at + 9))) scanFraction(text, at + 9, date);
  return true;
}

function scanFraction(text: string, at: number, date: ScannedDate): void {
  let scale = 100;
  let i = at;
  for (; isDigit(text.charCodeAt(i)); i++) {
    if (scale < 1) continue;
    date.millisecond += (text.charCodeAt(i) - 48) * scale;
    scale = scale === 1 ? 0 : scale / 10;
  }
  date.end = i;
}

/** Scans `Z`, `±hh:mm`, `±hhmm` or `±hh` at the end of the date so far; leaves the date as it is where there is none. */
export function scanOffset(text: string, date: ScannedDate): void {
  const at = date.end;
  const sign = text.charCodeAt(at);
  if (sign === UPPER_Z || sign === LOWER_Z) {
    date.offsetMinutes = 0;
    date.end = at + 1;
    return;
  }
  if (sign !== PLUS && sign !== MINUS) return;
  const hours = twoDigits(text, at + 1);
  if (hours < 0) return;
  const minutesAt = text.charCodeAt(at + 3) === COLON ? at + 4 : at + 3;
  const minutes = twoDigits(text, minutesAt);
  date.end = minutes < 0 ? at + 3 : minutesAt + 2;
  const size = hours > 23 || minutes > 59 ? NaN : hours * 60 + Math.max(minutes, 0);
  date.offsetMinutes = sign === MINUS ? -size : size;
}
