import { isDigit, LESS, OPEN_BRACE, SPACE, skipSpaces } from './characters.js';
import { addFault } from './fault.js';
import { takeJsonLine } from './json-line.js';
import type { ParseOptions } from './parse-options.js';
import { type Draft, newDraft, type ParsedRecord } from './parsed-record.js';
import { takePri } from './pri.js';
import { isRelayedHeader } from './relayed-header.js';
import { parseRfc5424, rfc5424Start } from './rfc5424.js';
import { parseTraditional } from './traditional.js';

// One header of a first sender behind that of a relay, and a few more: chains of relays are short.
const mostHeaders = 4;
const byteOrderMark = 0xfeff;

/**
 * Reads one log line: RFC 5424, RFC 3164 in the forms really sent, JSON, or plain text. Gives a record for any string
 * in linear time and throws for none; what is wrong is the record's `fault`. CR, LF and NUL at the end are not part of
 * the message. Of several headers the innermost counts: its sender's host, time and PRI, a relay's where it has none.
 */
export function parseSyslog(raw: string, options: ParseOptions): ParsedRecord {
  const draft = newDraft(options.receivedAt);
  const text = withoutEnds(raw);
  if (text === '') {
    addFault(draft, 'nothing to read: the frame is empty, a log line expected');
    return draft;
  }
  if (text.includes('\0')) addFault(draft, 'the line has NUL bytes, which no log line should');
  if (text.includes('\ufffd')) addFault(draft, 'the line has bytes that are not UTF-8, shown as U+FFFD');
  if (!opensBrace(text) || !takeJsonLine(text, draft, options)) parseHeaders(text, draft, options);
  return draft;
}

function opensBrace(text: string): boolean {
  return text.charCodeAt(0) <= SPACE ? text.trimStart().startsWith('{') : text.charCodeAt(0) === OPEN_BRACE;
}

function withoutEnds(raw: string): string {
  const start = raw.charCodeAt(0) === byteOrderMark ? 1 : 0;
  let end = raw.length;
  while (end > start && isEnd(raw.charCodeAt(end - 1))) end--;
  return start === 0 && end === raw.length ? raw : raw.slice(start, end);
}

function isEnd(code: number): boolean {
  return code === 10 || code === 13 || code === 0;
}

function parseHeaders(text: string, draft: Draft, options: ParseOptions): void {
  let at = 0;
  for (let headers = 1; ; headers++) {
    const afterPri = text.charCodeAt(at) === LESS ? takePri(text, at, draft) : at;
    const stamp = isDigit(text.charCodeAt(afterPri)) ? rfc5424Start(text, afterPri, afterPri > at) : -1;
    if (stamp >= 0) {
      parseRfc5424(text, afterPri, stamp, draft, options);
      return;
    }
    const messageAt = parseTraditional(text, afterPri, draft, options);
    const next = skipSpaces(text, messageAt);
    if (draft.app !== undefined || headers >= mostHeaders || next === at || !isRelayedHeader(text, next)) {
      draft.message = text.slice(messageAt);
      return;
    }
    at = next;
  }
}
