import { DOT, GREATER, isDigit, LESS, MINUS, SPACE, skipOneSpace } from './characters.js';
import { facilityNumbers, severityNumbers } from './level-names.js';
import type { Draft } from './parsed-record.js';

const longestName = 16;

/**
 * Reads FreeBSD's `<auth.info>` or `<4.6>` (syslogd -v), or busybox's `auth.info ` before the tag, as facility
 * and severity where no PRI said them; returns the index after it and a space, or `at` where there is none.
 */
export function takeLevel(text: string, at: number, draft: Draft): number {
  const bracketed = text.charCodeAt(at) === LESS;
  // With a PRI a bare `auth.info` is a word of the text.
  if (!bracketed && draft.severity !== undefined) return at;
  const start = bracketed ? at + 1 : at;
  const dot = nameEnd(text, start);
  if (text.charCodeAt(dot) !== DOT) return at;
  const end = nameEnd(text, dot + 1);
  if (text.charCodeAt(end) !== (bracketed ? GREATER : SPACE)) return at;
  const facility = numberOf(text.slice(start, dot), facilityNumbers, bracketed ? 23 : -1);
  const severity = numberOf(text.slice(dot + 1, end), severityNumbers, bracketed ? 7 : -1);
  if (facility === undefined || severity === undefined) return at;
  draft.facility ??= facility;
  draft.severity ??= severity;
  return skipOneSpace(text, bracketed ? end + 1 : end);
}

function nameEnd(text: string, at: number): number {
  let i = at;
  while (i - at < longestName && isNameCode(text.charCodeAt(i))) i++;
  return i;
}

function isNameCode(code: number): boolean {
  return (code >= 97 && code <= 122) || isDigit(code) || code === MINUS;
}

function numberOf(name: string, names: ReadonlyMap<string, number>, largest: number): number | undefined {
  const known = names.get(name);
  if (known !== undefined) return known;
  return /^\d{1,2}$/.test(name) && Number(name) <= largest ? Number(name) : undefined;
}
