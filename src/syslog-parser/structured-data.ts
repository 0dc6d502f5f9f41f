import { BACKSLASH, CLOSE_BRACKET, EQUALS, OPEN_BRACKET, QUOTE, SPACE } from './characters.js';
import type { ParsedStructuredData } from './parsed-record.js';

type Parameters = Record<string, string>;

/** What a scan of structured data came to. */
export type StructuredDataScan =
  | { readonly data: ParsedStructuredData; readonly end: number; readonly repeatedId: string | undefined }
  | { readonly problem: string; readonly at: number };

/**
 * Scans SD-ELEMENTs from the `[` at `at` (RFC 5424 §6.3), values unescaped. A parameter given several times has its
 * values joined by commas, in order (RFC 5424 §6.3.3 allows it); a repeated element's parameters are joined likewise.
 */
export function scanStructuredData(text: string, at: number): StructuredDataScan {
  const data = emptyRecord<Parameters>();
  let repeatedId: string | undefined;
  let p = at;
  while (text.charCodeAt(p) === OPEN_BRACKET) {
    const idEnd = nameEnd(text, p + 1);
    if (idEnd === p + 1) return { problem: 'an element has no id', at: p };
    const id = text.slice(p + 1, idEnd);
    if (data[id] !== undefined) repeatedId = id;
    const parameters = (data[id] ??= emptyRecord<string>());
    p = idEnd;
    while (text.charCodeAt(p) === SPACE) {
      const after = scanParameter(text, p + 1, parameters);
      if (after < 0) return { problem: 'a parameter is not name="value"', at: p + 1 };
      p = after;
    }
    if (text.charCodeAt(p) !== CLOSE_BRACKET) return { problem: 'an element does not end in "]"', at: p };
    p++;
  }
  return { data, end: p, repeatedId };
}

// Names come from the sender: with a prototype, `__proto__` would reach it.
function emptyRecord<Value>(): Record<string, Value> {
  return Object.create(null) as Record<string, Value>;
}

function nameEnd(text: string, at: number): number {
  let i = at;
  while (isNameCode(text.charCodeAt(i))) i++;
  return i;
}

function isNameCode(code: number): boolean {
  return code > SPACE && code !== 0x7f && code !== EQUALS && code !== CLOSE_BRACKET && code !== QUOTE;
}

function scanParameter(text: string, at: number, parameters: Parameters): number {
  const end = nameEnd(text, at);
  if (end === at || text.charCodeAt(end) !== EQUALS || text.charCodeAt(end + 1) !== QUOTE) return -1;
  const name = text.slice(at, end);
  let value = '';
  let from = end + 2;
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      value += text.slice(from, i);
      const earlier = parameters[name];
      parameters[name] = earlier === undefined ? value : `${earlier},${value}`;
      return i + 1;
    }
    if (code === BACKSLASH) {
      if (!isEscaped(text.charCodeAt(i + 1))) continue;
      value += text.slice(from, i);
      from = i + 1;
      i++;
    }
  }
  return -1;
}

// Before any other character a backslash is a backslash (RFC 5424 §6.3.3).
function isEscaped(code: number): boolean {
  return code === QUOTE || code === BACKSLASH || code === CLOSE_BRACKET;
}
