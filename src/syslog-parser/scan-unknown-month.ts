import { COLON, isDigit, SPACE, skipSpaces } from './characters.js';
import { scanHost } from './scan-host.js';
import type { ScannedDate } from './scanned-date.js';
import { newScannedTag, scanTag } from './tag.js';

const tag = newScannedTag();

/**
 * Scans `Okt 11 10:00:00`, a date of RFC 3164's form whose month is none of its names, as one of month 0, which does not
 * exist. Only with a tag behind it, or a host and a tag: other such text is no header.
 */
export function scanUnknownMonth(text: string, at: number, date: ScannedDate): boolean {
  // A glance spares nearly all lines the rest.
  if (text.charCodeAt(at + 3) !== SPACE || !(isDigit(text.charCodeAt(at + 5)) || isDigit(text.charCodeAt(at + 4)))) {
    return false;
  }
  const found = /^\p{L}{3} {1,2}\d{1,2} \d\d:\d\d:\d\d(?= |: )/u.exec(text.slice(at, at + 20));
  if (found === null) return false;
  const end = at + found[0].length;
  if (!isTagBehind(text, text.charCodeAt(end) === COLON ? end + 1 : end)) return false;
  Object.assign(date, { end, year: undefined, month: 0, offsetMinutes: undefined, unknownZone: undefined });
  return true;
}

function isTagBehind(text: string, end: number): boolean {
  const start = skipSpaces(text, end);
  if (scanTag(text, start, tag)) return true;
  const hostEnd = scanHost(text, start);
  return hostEnd >= 0 && scanTag(text, skipSpaces(text, hostEnd), tag);
}
