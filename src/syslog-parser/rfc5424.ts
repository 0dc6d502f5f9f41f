import { isDigit, isGap, MINUS, OPEN_BRACKET, SPACE } from './characters.js';
import { addFault, shown } from './fault.js';
import type { ParseOptions } from './parse-options.js';
import type { Draft } from './parsed-record.js';
import { hasSpaceForT, scanIsoDate } from './scan-iso-date.js';
import { newScannedDate } from './scanned-date.js';
import { scanStructuredData } from './structured-data.js';
import { takeDate } from './take-date.js';

const one = 49;
const longestField = 255;
const byteOrderMark = 0xfeff;
const date = newScannedDate();

/**
 * Index of the timestamp where `VERSION SP` and a timestamp begin at `at` (RFC 5424 §6.2.2), or −1. Behind a PRI `-`
 * counts too, and what is no timestamp where a space stands for its `T`, or where the fields behind it and `-` or `[`
 * in the place of structured data leave no doubt; without a PRI all these are anybody's text.
 */
export function rfc5424Start(text: string, at: number, behindPri: boolean): number {
  const first = text.charCodeAt(at);
  if (first < one || !isDigit(first)) return -1;
  let p = at + 1;
  while (p < at + 3 && isDigit(text.charCodeAt(p))) p++;
  if (text.charCodeAt(p) !== SPACE) return -1;
  p++;
  if (scanIsoDate(text, p, date)) return behindPri || !hasSpaceForT(text, p) ? p : -1;
  if (!behindPri) return -1;
  const isNil = text.charCodeAt(p) === MINUS && text.charCodeAt(p + 1) === SPACE;
  return isNil || hasStructuredDataPlace(text, p) ? p : -1;
}

function hasStructuredDataPlace(text: string, stamp: number): boolean {
  let p = stamp;
  for (let field = 0; field < 5; field++) {
    const space = text.indexOf(' ', p);
    if (space <= p || space - p > longestField) return false;
    p = space + 1;
  }
  const code = text.charCodeAt(p);
  return code === OPEN_BRACKET || (code === MINUS && isGap(text.charCodeAt(p + 1)));
}

/** Parses what follows a PRI from VERSION on, whole (RFC 5424 §6); `stamp` is what rfc5424Start found. */
export function parseRfc5424(text: string, at: number, stamp: number, draft: Draft, options: ParseOptions): void {
  if (text.charCodeAt(at) !== one || stamp !== at + 2) {
    addFault(draft, `RFC 5424 version ${shown(text, at, stamp - 1)} is not known: it is read as version 1`);
  }
  const stampEnd = takeTimestamp(text, stamp, draft, options);
  const hostEnd = fieldEnd(text, stampEnd + 1);
  const appEnd = fieldEnd(text, hostEnd + 1);
  const pidEnd = fieldEnd(text, appEnd + 1);
  const msgIdEnd = fieldEnd(text, pidEnd + 1);
  // A relay's host stands where the sender names none.
  draft.host = valueOf(text, stampEnd + 1, hostEnd) ?? draft.host;
  draft.app = valueOf(text, hostEnd + 1, appEnd);
  draft.pid = valueOf(text, appEnd + 1, pidEnd);
  draft.msgId = valueOf(text, pidEnd + 1, msgIdEnd);
  if (msgIdEnd + 1 < text.length) draft.message = withoutMark(text, takeStructuredData(text, msgIdEnd + 1, draft));
  else endsEarly(text, stampEnd, draft);
}

function takeTimestamp(text: string, at: number, draft: Draft, options: ParseOptions): number {
  if (text.charCodeAt(at) === MINUS) return at + 1;
  if (!scanIsoDate(text, at, date)) {
    const end = fieldEnd(text, at);
    const seen = shown(text, at, end);
    addFault(draft, `${seen} is no timestamp: yyyy-mm-ddThh:mm:ssZ expected; the time is that of receipt`);
    return end;
  }
  takeDate(draft, text, at, date, options);
  const end = fieldEnd(text, date.end);
  const problem = timestampProblem(text, at, end);
  if (problem !== undefined) addFault(draft, `the timestamp ${shown(text, at, end)} ${problem}`);
  return end;
}

function timestampProblem(text: string, at: number, end: number): string | undefined {
  if (end !== date.end) return 'does not end where its offset does';
  if (date.offsetMinutes === undefined) return "has no offset: it is read in the input's time zone";
  return hasSpaceForT(text, at) ? 'has a space where "T" would be right' : undefined;
}

function endsEarly(text: string, from: number, draft: Draft): void {
  const seen = shown(text, from);
  addFault(draft, `RFC 5424 header ends early: host, app, pid, message id and structured data expected, ${seen} seen`);
  draft.message = text.slice(from + 1);
}

// The text's length where no space follows.
function fieldEnd(text: string, at: number): number {
  const end = text.indexOf(' ', at);
  return end < 0 ? text.length : end;
}

function valueOf(text: string, at: number, end: number): string | undefined {
  const isNil = end <= at || (end === at + 1 && text.charCodeAt(at) === MINUS);
  return isNil ? undefined : text.slice(at, end);
}

// Returns the index of the message.
function takeStructuredData(text: string, at: number, draft: Draft): number {
  let end = at + 1;
  if (text.charCodeAt(at) === OPEN_BRACKET) {
    const scan = scanStructuredData(text, at);
    if ('problem' in scan) {
      addFault(
        draft,
        `structured data cannot be read: ${scan.problem} at ${shown(text, scan.at)}; it stays in the message`,
      );
      return at;
    }
    draft.structuredData = scan.data;
    if (scan.repeatedId !== undefined) {
      addFault(draft, `structured data has two elements ${shown(scan.repeatedId, 0)}: their parameters are joined`);
    }
    end = scan.end;
  } else if (text.charCodeAt(at) !== MINUS || !(end === text.length || text.charCodeAt(end) === SPACE)) {
    addFault(draft, `structured data is missing: "-" or "[" expected, ${shown(text, at)} seen`);
    return at;
  }
  if (end < text.length && text.charCodeAt(end) !== SPACE) {
    addFault(draft, `a space is missing between structured data and message: ${shown(text, end)} seen`);
    return end;
  }
  return end + 1;
}

// The mark says that the text is UTF-8 and is not part of it (RFC 5424 §6.4).
function withoutMark(text: string, at: number): string {
  return text.slice(text.charCodeAt(at) === byteOrderMark ? at + 1 : at);
}
