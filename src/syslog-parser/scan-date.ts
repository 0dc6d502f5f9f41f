import { COLON, DOT, fourDigits, isDigit, isGap, isUpper, MINUS, SPACE } from './characters.js';
import { endsInColon, scanBsdDate, scanYearBehind } from './scan-bsd-date.js';
import { scanOffset } from './scan-clock.js';
import { scanIsoDate } from './scan-iso-date.js';
import { scanUnixDate } from './scan-unix-date.js';
import type { ScannedDate } from './scanned-date.js';
import { isMnemonic, newScannedTag, scanTag } from './tag.js';
import { zoneOffsets } from './zone-names.js';

const ASTERISK = 42;
const PLUS = 43;
const longestZone = 5;
const weekdays: ReadonlySet<string> = new Set(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']);
const tagBehindZone = newScannedTag();

/**
 * Scans a date of any form a syslog header has, with the weekday, the zone name and Cisco's `*` or `.` (a clock that
 * is not synchronised) that may stand beside it; false, and nothing promised about `date`, where there is none.
 */
export function scanDate(text: string, at: number, date: ScannedDate): boolean {
  const code = text.charCodeAt(at);
  const start = code === ASTERISK || code === DOT ? at + 1 : at;
  if (!scanBareDate(text, start, date)) {
    if (text.charCodeAt(start + 3) !== SPACE || !weekdays.has(text.slice(start, start + 3))) return false;
    if (!scanBareDate(text, start + 4, date)) return false;
  }
  if (date.offsetMinutes === undefined) scanZoneName(text, date);
  scanYearBehind(text, date);
  const next = text.charCodeAt(date.end);
  return isGap(next) || endsInColon(text, date.end);
}

function scanBareDate(text: string, at: number, date: ScannedDate): boolean {
  if (isDigit(text.charCodeAt(at))) {
    if (text.charCodeAt(at + 4) === MINUS) return scanIsoDate(text, at, date);
    if (scanUnixDate(text, at, date)) return true;
  }
  return scanBsdDate(text, at, date);
}

function scanZoneName(text: string, date: ScannedDate): void {
  const at = date.end + 1;
  if (text.charCodeAt(date.end) !== SPACE) return;
  if (!isUpper(text.charCodeAt(at))) {
    scanSpacedOffset(text, at, date);
    return;
  }
  let end = at + 1;
  while (isUpper(text.charCodeAt(end)) && end - at < longestZone) end++;
  const next = text.charCodeAt(end);
  if (next !== COLON && !isGap(next)) return;
  const name = text.slice(at, end);
  const offset = zoneOffsets.get(name);
  if (offset === undefined) {
    // An unknown name may as well be a tag or a host; only in front of a Cisco mnemonic it can be nothing but a zone.
    if (next !== COLON || !isMnemonic(text, text.charCodeAt(end + 1) === SPACE ? end + 2 : end + 1)) return;
    date.unknownZone = name;
  } else if (next === SPACE && isHostBeforeTag(text, end + 1)) {
    return;
  }
  date.offsetMinutes = offset;
  date.end = end;
}

// `2026-11-21 10:00:00 +0100`.
function scanSpacedOffset(text: string, at: number, date: ScannedDate): void {
  const sign = text.charCodeAt(at);
  if ((sign !== MINUS && sign !== PLUS) || fourDigits(text, at + 1) < 0 || !isGap(text.charCodeAt(at + 5))) return;
  date.end = at;
  scanOffset(text, date);
}

// `Nov 21 10:00:00 EST sshd[1]: …` comes from a host called EST.
function isHostBeforeTag(text: string, at: number): boolean {
  return scanTag(text, at, tagBehindZone) && !isMnemonic(text, at);
}
