import { COLON, isDigit, LESS, MINUS, SPACE, skipSpaces } from './characters.js';
import { newCiscoPrefix, scanCiscoPrefix } from './cisco-prefix.js';
import { priEnd } from './pri.js';
import { rfc5424Start } from './rfc5424.js';
import { scanDate } from './scan-date.js';
import { isLevelWord, scanHost } from './scan-host.js';
import { hasSpaceForT } from './scan-iso-date.js';
import { newScannedDate } from './scanned-date.js';
import { newScannedTag, scanTag } from './tag.js';

const date = newScannedDate();
const tag = newScannedTag();
const prefix = newCiscoPrefix();

/**
 * Whether the text behind a header begins with the header of the first sender, a relay having put its own before it:
 * a PRI with a date behind it, RFC 5424, a Cisco header, or a date with what makes it a header. A program's own date
 * in front of its text (`2026-11-21 10:00:00 INFO …`) is none: an ISO date with `T` needs host and tag behind it.
 */
export function isRelayedHeader(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code === LESS) return isPriWithHeader(text, at);
  if (isDigit(code) || code === COLON) {
    if (rfc5424Start(text, at, false) >= 0) return true;
    if (!scanDate(text, at, date)) return scanCiscoPrefix(text, at, prefix, date);
  } else if (!scanDate(text, at, date)) return false;
  if (hasSpaceForT(text, at)) return false;
  return text.charCodeAt(date.end) === COLON || isOriginBehind(text, date.end, text.charCodeAt(at + 4) === MINUS);
}

function isPriWithHeader(text: string, at: number): boolean {
  const end = priEnd(text, at);
  if (end < 0) return false;
  if (rfc5424Start(text, end, true) >= 0) return true;
  const start = skipSpaces(text, end);
  return scanDate(text, start, date) || scanCiscoPrefix(text, start, prefix, date);
}

function isOriginBehind(text: string, dateEnd: number, iso: boolean): boolean {
  const start = skipSpaces(text, dateEnd);
  if (scanTag(text, start, tag)) return true;
  const hostEnd = scanHost(text, start);
  if (hostEnd < 0 || isLevelWord(text, start, hostEnd)) return false;
  return !iso || (text.charCodeAt(hostEnd) === SPACE && scanTag(text, skipSpaces(text, hostEnd), tag));
}
