/** Pairs read from a line; names are the attacker's, so a Map. The first of equal names counts. */
export type Pairs = ReadonlyMap<string, string>;

const MOST_PAIRS = 500;
const SPACE = 32;
const QUOTE = 34;
const EQUALS = 61;
const BACKSLASH = 92;

/** Sets a pair unless the name is taken: what a line says first is written by the device, what follows may be quoted from others. */
export const setFirst = (pairs: Map<string, string>, name: string, value: string): void => {
  if (!pairs.has(name) && pairs.size < MOST_PAIRS) pairs.set(name, value);
};

const isNameCode = (code: number): boolean =>
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  (code >= 97 && code <= 122) ||
  code === 95 ||
  code === 45 ||
  code === 46;

const isBlank = (code: number): boolean => code === SPACE || code === 9;

/** Where the quoted value that begins at `from` ends (its closing quote, or the end of the text). */
const quoteEnd = (text: string, from: number): number => {
  let at = from + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return Math.min(at, text.length);
};

const unquoted = (text: string): string => (text.includes('\\') ? text.replace(/\\([^])/g, '$1') : text);

/** The kernel's uptime is no part of what a line says. */
const prefixOf = (text: string): string => text.replace(/^\[ {0,12}[0-9]{1,12}\.[0-9]{1,9}\] ?/, '').trim();

/** Reads `name=value name="quoted value" flag …`; what stands before the first pair is `@prefix`. */
export const readKeyValues = (text: string): Pairs => {
  const pairs = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    const equals = text.indexOf('=', at);
    if (equals < 0) break;
    let start = equals;
    while (start > at && isNameCode(text.charCodeAt(start - 1))) start -= 1;
    if (start === equals) {
      at = equals + 1;
      continue;
    }
    // A name that comes again in brackets begins what is quoted: the kernel quotes the packet an ICMP error is about.
    if (text.charAt(start - 1) === '[' && pairs.has(text.slice(start, equals))) break;
    if (!pairs.has('@prefix')) pairs.set('@prefix', prefixOf(text.slice(0, start)));
    let end = equals + 1;
    if (text.charCodeAt(end) === QUOTE) {
      end = quoteEnd(text, end);
      setFirst(pairs, text.slice(start, equals), unquoted(text.slice(equals + 2, end)));
      at = end + 1;
    } else {
      while (end < text.length && !isBlank(text.charCodeAt(end))) end += 1;
      setFirst(pairs, text.slice(start, equals), text.slice(equals + 1, end));
      at = end;
    }
  }
  return pairs;
};

/** Position of the next `=` at or after `at` that no backslash escapes; −1 where there is none. */
export const nextEquals = (text: string, at: number): number => {
  for (let i = at; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i += 1;
    else if (code === EQUALS) return i;
  }
  return -1;
};
