import { nextEquals, type Pairs, setFirst } from './key-values.js';

const CEF_HEADER = ['version', 'deviceVendor', 'deviceProduct', 'deviceVersion', 'signatureId', 'name', 'severity'];
const LEEF_HEADER = ['version', 'deviceVendor', 'deviceProduct', 'deviceVersion', 'eventId'];

/** Cuts `count` fields that end with an unescaped `|`; undefined where there are fewer. */
const readHeader = (text: string, count: number): { readonly fields: string[]; readonly end: number } | undefined => {
  const fields: string[] = [];
  let field = '';
  let from = 0;
  for (let i = 0; i < text.length && fields.length < count; i += 1) {
    const char = text.charAt(i);
    if (char === '\\') {
      field += text.slice(from, i) + text.charAt(i + 1);
      i += 1;
      from = i + 1;
    } else if (char === '|') {
      fields.push(field + text.slice(from, i));
      field = '';
      from = i + 1;
    }
  }
  return fields.length === count ? { fields, end: from } : undefined;
};

const unescaped = (value: string): string =>
  value.includes('\\')
    ? value.replace(/\\([^])/g, (_, char: string) => (char === 'n' ? '\n' : char === 'r' ? '\r' : char))
    : value;

/** The `=` that ends the next name after `equals`, and where that name begins; a `=` right after a blank, or without a blank since, is text. */
const nextName = (text: string, equals: number): { readonly start: number; readonly equals: number } | undefined => {
  let from = equals + 1;
  for (let at = nextEquals(text, from); at >= 0; at = nextEquals(text, at + 1)) {
    let start = at;
    while (start > from && text.charAt(start - 1) !== ' ') start -= 1;
    if (start > from && start < at) return { start, equals: at };
    from = at + 1;
  }
  return undefined;
};

/** A value runs to the blank before the next name, so it may contain blanks itself. */
const readExtension = (text: string, pairs: Map<string, string>): void => {
  let name: { readonly start: number; readonly equals: number } | undefined = { start: 0, equals: nextEquals(text, 0) };
  while (name !== undefined && name.equals >= 0) {
    const next = nextName(text, name.equals);
    const value = text.slice(name.equals + 1, next?.start ?? text.length);
    setFirst(pairs, text.slice(name.start, name.equals).trim(), unescaped(value.trimEnd()));
    name = next;
  }
};

const withHeader = (names: readonly string[], fields: readonly string[]): Map<string, string> => {
  const pairs = new Map<string, string>();
  for (const [i, name] of names.entries()) pairs.set(name, (fields[i] ?? '').trim());
  return pairs;
};

/** Reads ArcSight's Common Event Format wherever it begins in the text; header fields by the names of its specification. */
export const readCef = (text: string): Pairs | undefined => {
  const start = text.indexOf('CEF:');
  if (start < 0) return undefined;
  const body = text.slice(start + 4);
  const header = readHeader(body, CEF_HEADER.length);
  if (header === undefined) return undefined;
  const pairs = withHeader(CEF_HEADER, header.fields);
  readExtension(body.slice(header.end), pairs);
  return pairs;
};

/** The character a LEEF 2.0 header names between attributes; undefined where the field is none: the tab may be left out, field and all. */
const delimiterOf = (text: string): string | undefined => {
  const hex = /^(?:0x|x)([0-9A-Fa-f]{1,4})$/.exec(text);
  if (hex !== null) return String.fromCharCode(Number.parseInt(hex[1] ?? '9', 16));
  // Some write the tab as backslash and t.
  if (text === '' || text === 't') return '\t';
  return text.length === 1 ? text : undefined;
};

/** Reads IBM's Log Event Extended Format 1.0 and 2.0 wherever it begins in the text. */
export const readLeef = (text: string): Pairs | undefined => {
  const start = text.indexOf('LEEF:');
  if (start < 0) return undefined;
  const body = text.slice(start + 5);
  const header = readHeader(body, LEEF_HEADER.length);
  if (header === undefined) return undefined;
  const more = body.startsWith('2') ? readHeader(body.slice(header.end), 1) : undefined;
  const delimiter = more === undefined ? undefined : delimiterOf((more.fields[0] ?? '').trim());
  const pairs = withHeader(LEEF_HEADER, header.fields);
  const attributes = body.slice(header.end + (delimiter === undefined ? 0 : (more?.end ?? 0)));
  for (const pair of attributes.split(delimiter ?? '\t', 500)) {
    const equals = pair.indexOf('=');
    if (equals > 0) setFirst(pairs, pair.slice(0, equals).trim(), pair.slice(equals + 1).trim());
  }
  return pairs;
};
