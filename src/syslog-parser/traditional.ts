import { COLON, isGap, PERCENT, skipOneSpace, skipSpaces } from './characters.js';
import { isCiscoHeader, newCiscoPrefix, scanCiscoPrefix } from './cisco-prefix.js';
import type { ParseOptions } from './parse-options.js';
import type { Draft } from './parsed-record.js';
import { scanDate } from './scan-date.js';
import { hostName, isIpv6, isLevelWord, scanHost } from './scan-host.js';
import { hasSpaceForT } from './scan-iso-date.js';
import { takeLevel } from './scan-level.js';
import { scanUnknownMonth } from './scan-unknown-month.js';
import { newScannedDate } from './scanned-date.js';
import { isMnemonic, newScannedTag, scanTag, takeTag } from './tag.js';
import { takeDate } from './take-date.js';

const date = newScannedDate();
const tag = newScannedTag();
const prefix = newCiscoPrefix();
const forwardedFrom = 'Message forwarded from ';

/**
 * Parses what stands behind a PRI, or a line without one: date, host and tag (RFC 3164 §4.1), each only where it is
 * there, and takes them into the draft. Returns the index of the message; it may begin with the header of another
 * sender that a relay put its own in front of.
 */
export function parseTraditional(text: string, at: number, draft: Draft, options: ParseOptions): number {
  const start = skipSpaces(text, at);
  if (scanDate(text, start, date) || scanUnknownMonth(text, start, date)) {
    takeDate(draft, text, start, date, options);
    return afterDate(text, start, date.end, draft);
  }
  if (!scanCiscoPrefix(text, start, prefix, date)) return tagOrText(text, at, draft);
  const origin = text.slice(prefix.hostStart, prefix.hostEnd);
  // IOS XR writes its node (`RP/0/RSP0/CPU0`) where others write the host.
  if (origin !== '' && !origin.includes('/')) draft.host = origin;
  if (!prefix.dated) return tagOrText(text, prefix.end, draft);
  takeDate(draft, text, prefix.end, date, options);
  return afterDate(text, prefix.end, date.end, draft);
}

// Returns the index of the message: behind a tag, or `at`.
function tagOrText(text: string, at: number, draft: Draft): number {
  const start = skipSpaces(text, at);
  if (!scanTag(text, start, tag)) return at;
  takeTag(text, start, tag, draft);
  return skipOneSpace(text, tag.end);
}

function afterDate(text: string, dateAt: number, end: number, draft: Draft): number {
  if (end >= text.length) return text.length;
  if (text.charCodeAt(end) === COLON) return tagOrText(text, skipOneSpace(text, end + 1), draft);
  const start = skipSpaces(text, end + 1);
  // IOS XR: `Mar  1 18:46:11.123 : config[65734]: …`.
  if (text.charCodeAt(start) === COLON && isGap(text.charCodeAt(start + 1))) return tagOrText(text, start + 1, draft);
  const levelEnd = takeLevel(text, start, draft);
  const origin = skipSpaces(text, levelEnd);
  const textAt = levelEnd === start ? end + 1 : levelEnd;
  if (scanTag(text, origin, tag) && !isIpv6Host(text, origin)) return afterTag(text, origin, draft);
  if (text.startsWith(forwardedFrom, origin)) return afterForwardedFrom(text, origin, draft);
  const hostEnd = scanHost(text, origin);
  if (hostEnd < 0 || isNoHost(text, origin, hostEnd)) return textAt;
  // Log files of programs have such dates, and a level or anything else behind them.
  const tagged = scanTag(text, skipSpaces(text, hostEnd), tag);
  if (hasSpaceForT(text, dateAt) && draft.severity === undefined && !tagged) return textAt;
  draft.host = hostName(text, origin, hostEnd) ?? draft.host;
  return afterHost(text, hostEnd, draft, tagged);
}

// Nobody's host: levels, and what daemons write about themselves without one.
function isNoHost(text: string, at: number, end: number): boolean {
  if (text.startsWith('last message repeated ', at) || text.startsWith('syslogd started: ', at)) return true;
  return isLevelWord(text, at, end);
}

function isIpv6Host(text: string, at: number): boolean {
  const end = scanHost(text, at);
  return end >= 0 && isIpv6(text, at, end);
}

// A word with a colon is a tag, except before a Cisco header, where it is the host.
function afterTag(text: string, at: number, draft: Draft): number {
  const next = skipSpaces(text, tag.end);
  const bare = tag.pidEnd === 0 && text.charCodeAt(at) !== PERCENT;
  if (bare && isMnemonic(text, next)) {
    draft.host = text.slice(at, tag.nameEnd);
    return tagOrText(text, next, draft);
  }
  if (bare && isCiscoHeader(text, next, prefix, date)) {
    draft.host = text.slice(at, tag.nameEnd);
    return next;
  }
  takeTag(text, at, tag, draft);
  return skipOneSpace(text, tag.end);
}

// AIX: `Message forwarded from host: app[1]: …`.
function afterForwardedFrom(text: string, at: number, draft: Draft): number {
  const start = at + forwardedFrom.length;
  const end = scanHost(text, start);
  if (end < 0 || text.charCodeAt(end - 1) !== COLON) return at;
  draft.host = hostName(text, start, end);
  return afterHost(text, end, draft, scanTag(text, skipSpaces(text, end), tag));
}

// Where `tagged`, the tag behind the host has been scanned.
function afterHost(text: string, end: number, draft: Draft, tagged: boolean): number {
  const start = skipSpaces(text, end);
  if (tagged) {
    takeTag(text, start, tag, draft);
    return skipOneSpace(text, tag.end);
  }
  const afterLevel = takeLevel(text, start, draft);
  if (afterLevel > start) return tagOrText(text, afterLevel, draft);
  return isGap(text.charCodeAt(end)) && end < text.length ? end + 1 : end;
}
