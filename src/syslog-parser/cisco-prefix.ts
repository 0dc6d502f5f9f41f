import { COLON, isDigit, PERCENT, skipDigits, skipSpaces } from './characters.js';
import { scanDate } from './scan-date.js';
import type { ScannedDate } from './scanned-date.js';
import { isMnemonic, newScannedTag, scanTag } from './tag.js';
import { isHostCode, isHostStart } from './word-characters.js';

const mostSegments = 4;
const longestSegment = 255;
const processTag = newScannedTag();

/** What stood before a Cisco date or mnemonic; overwritten by each scan. */
export interface CiscoPrefix {
  /** Index of the date or the mnemonic. */
  end: number;
  /** Whether a date (scanned into the ScannedDate) stands at `end`. */
  dated: boolean;
  /** The origin-id; both 0 where none is sent. */
  hostStart: number;
  hostEnd: number;
}

/** A prefix nothing has been scanned into. */
export function newCiscoPrefix(): CiscoPrefix {
  return { end: 0, dated: false, hostStart: 0, hostEnd: 0 };
}

/**
 * Scans what IOS, NX-OS and ASA put before the date or, without one, the mnemonic: `26: `, `26: origin: 000030: `,
 * `: `, an uptime (`1w2d: `, `00:01:23: `). False where neither date nor mnemonic follows, and where, without a
 * sequence number, no mnemonic follows the date: that is a tag before a text that begins with a date.
 */
export function scanCiscoPrefix(text: string, at: number, prefix: CiscoPrefix, date: ScannedDate): boolean {
  prefix.hostStart = 0;
  prefix.hostEnd = 0;
  let numbered = false;
  let p = at;
  for (let segment = 0; segment < mostSegments; segment++) {
    const colon = segmentEnd(text, p);
    if (colon < 0) return false;
    if (colon === p || skipDigits(text, p) === colon) numbered = true;
    else if (!isUptime(text, p, colon)) {
      prefix.hostStart = p;
      prefix.hostEnd = colon;
    }
    p = skipSpaces(text, colon + 1);
    prefix.end = p;
    prefix.dated = false;
    if (text.charCodeAt(p) === PERCENT) return isMnemonic(text, p);
    if (scanDate(text, p, date)) {
      prefix.dated = true;
      return numbered || mnemonicFollows(text, date.end);
    }
  }
  return false;
}

/** Whether a Cisco prefix, or a date with a mnemonic behind it, begins at `at`. */
export function isCiscoHeader(text: string, at: number, prefix: CiscoPrefix, date: ScannedDate): boolean {
  if (scanDate(text, at, date)) return mnemonicFollows(text, date.end);
  return scanCiscoPrefix(text, at, prefix, date);
}

function segmentEnd(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === COLON) return at;
  if (!isHostStart(first)) return -1;
  // The colon that ends a segment is the first one with a space, a mnemonic, or (IOS XR) a date behind it.
  for (let i = at; i < at + longestSegment && isHostCode(text.charCodeAt(i)); i++) {
    if (text.charCodeAt(i) !== COLON) continue;
    const next = text.charCodeAt(i + 1);
    if (next === 32 || next === PERCENT || (next >= 65 && !isDigit(text.charCodeAt(at)))) return i;
  }
  return -1;
}

function isUptime(text: string, at: number, end: number): boolean {
  return /^(?:\d+:\d\d:\d\d|(?:\d+[ywdhms]){1,4})$/.test(text.slice(at, Math.min(end, at + 24)));
}

// IOS XR names the process before the mnemonic: `config[65734]: %MGBL-SYS-5-CONFIG_I : …`.
function mnemonicFollows(text: string, dateEnd: number): boolean {
  const colon = skipSpaces(text, dateEnd);
  const at = text.charCodeAt(colon) === COLON ? skipSpaces(text, colon + 1) : colon;
  if (text.charCodeAt(at) === PERCENT) return isMnemonic(text, at);
  return scanTag(text, at, processTag) && processTag.pidEnd > 0 && isMnemonic(text, skipSpaces(text, processTag.end));
}
