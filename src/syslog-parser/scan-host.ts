import { CLOSE_BRACKET, COLON, DOT, isGap, isUpper, MINUS, OPEN_BRACKET, PERCENT } from './characters.js';
import { isHostCode, isHostStart } from './word-characters.js';

const longestHost = 255;
const longestLevel = 8;
const levelWords: ReadonlySet<string> = new Set(
  'TRACE DEBUG INFO NOTICE WARN WARNING ERROR ERR CRIT CRITICAL FATAL SEVERE ALERT EMERG'.split(' '),
);

/** Index after the host at `at`, or −1 where what stands there cannot be one; `-` and `(none)` are hosts without name. */
export function scanHost(text: string, at: number): number {
  if (text.startsWith('(none)', at) && isGap(text.charCodeAt(at + 6))) return at + 6;
  if (text.charCodeAt(at) === MINUS && isGap(text.charCodeAt(at + 1))) return at + 1;
  const bracketed = text.charCodeAt(at) === OPEN_BRACKET;
  let i = bracketed ? at + 1 : at;
  if (!isHostStart(text.charCodeAt(i))) return -1;
  while (isHostCode(text.charCodeAt(i))) {
    if (i - at >= longestHost) return -1;
    i++;
  }
  if (bracketed) {
    if (text.charCodeAt(i) !== CLOSE_BRACKET || !isIpv6(text, at + 1, i)) return -1;
    i++;
  }
  return isGap(text.charCodeAt(i)) && !isPayloadWord(text, at, i) ? i : -1;
}

/** The host between two indexes as records carry it: without brackets and final colon; undefined for `-`, `(none)`. */
export function hostName(text: string, at: number, end: number): string | undefined {
  const token = text.slice(at, end);
  if (token === '-' || token === '(none)') return undefined;
  if (text.charCodeAt(at) === OPEN_BRACKET) return text.slice(at + 1, end - 1);
  return token.endsWith(':') && !token.endsWith('::') ? token.slice(0, -1) : token;
}

/** Whether an IPv6 address, with or without a zone, is what stands between two indexes (its shape only). */
export function isIpv6(text: string, at: number, end: number): boolean {
  let colons = 0;
  for (let i = at; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === COLON) colons++;
    else if (code === PERCENT) break;
    else if (!isHexOrDot(code)) return false;
  }
  return colons >= 2;
}

/** Whether the word is one that programs print as a level, and so no host. */
export function isLevelWord(text: string, at: number, end: number): boolean {
  // A glance at the ends spares most hosts the look-up.
  if (end - at > longestLevel || !isUpper(text.charCodeAt(at)) || !isUpper(text.charCodeAt(end - 1))) return false;
  return levelWords.has(text.slice(at, end));
}

// `CEF: 0|…` behind the date is the payload of a line without a host.
function isPayloadWord(text: string, at: number, end: number): boolean {
  return text.charCodeAt(end - 1) === COLON && (text.startsWith('CEF:', at) || text.startsWith('LEEF:', at));
}

function isHexOrDot(code: number): boolean {
  return (code >= 48 && code <= 57) || ((code | 0x20) >= 97 && (code | 0x20) <= 102) || code === DOT;
}
