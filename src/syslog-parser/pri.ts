import { GREATER, isDigit, LESS, SPACE, skipSpaces } from './characters.js';
import { addFault, shown } from './fault.js';
import type { Draft } from './parsed-record.js';
import { rfc5424Start } from './rfc5424.js';
import { scanDate } from './scan-date.js';
import { newScannedDate } from './scanned-date.js';

const zero = 48;
const longestPri = 64;
const date = newScannedDate();

/** Index after a well-formed `<0>`–`<999>` at `at`, or −1; says nothing about its value. */
export function priEnd(text: string, at: number): number {
  if (text.charCodeAt(at) !== LESS) return -1;
  let i = at + 1;
  while (i < at + 4 && isDigit(text.charCodeAt(i))) i++;
  return i > at + 1 && text.charCodeAt(i) === GREATER ? i + 1 : -1;
}

/**
 * Takes facility and severity from the PRI at `at` (RFC 5424 §6.2.1: 0–191, no leading zeros) and returns the index
 * after it. One over 191 or not a number is a fault and gives neither; one with leading zeros is a fault and counts.
 * Returns `at` where there is none: also `<abc>` without a date or RFC 5424 header behind it stays in the text.
 */
export function takePri(text: string, at: number, draft: Draft): number {
  if (text.charCodeAt(at) !== LESS) return at;
  const end = priEnd(text, at);
  if (end < 0) return takeBrokenPri(text, at, draft);
  let value = 0;
  for (let i = at + 1; i < end - 1; i++) value = value * 10 + text.charCodeAt(i) - zero;
  if (value > 191) {
    addFault(draft, `PRI ${shown(text, at, end)} is not one: it goes from 0 to 191`);
    return end;
  }
  if (text.charCodeAt(at + 1) === zero && end - at > 3) {
    addFault(draft, `PRI ${shown(text, at, end)} has leading zeros: <${value}> would be right`);
  }
  draft.facility = value >> 3;
  draft.severity = value & 7;
  return end;
}

function takeBrokenPri(text: string, at: number, draft: Draft): number {
  const close = closeOf(text, at);
  const numeric = isDigit(text.charCodeAt(at + 1));
  if (close < 0) {
    if (numeric) addFault(draft, `PRI ${shown(text, at, at + 6)} has no end: ">" is missing`);
    return at;
  }
  const isHeader = headerFollows(text, close + 1);
  // A tag of HTML or XML with attributes is no attempt at a PRI.
  if (!isHeader && !numeric && text.slice(at, close).includes(' ')) return at;
  addFault(draft, `PRI ${shown(text, at, close + 1)} is not one: a number from 0 to 191 would be right`);
  return isHeader ? close + 1 : at;
}

function headerFollows(text: string, at: number): boolean {
  return rfc5424Start(text, at, true) >= 0 || scanDate(text, skipSpaces(text, at), date);
}

function closeOf(text: string, at: number): number {
  for (let i = at + 1; i < at + longestPri; i++) {
    const code = text.charCodeAt(i);
    if (code === GREATER) return i;
    if (code < SPACE || Number.isNaN(code) || code === LESS) return -1;
  }
  return -1;
}
