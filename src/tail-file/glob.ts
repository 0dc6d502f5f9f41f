/** One segment of a path pattern: text to be equal, a wildcard within a segment, or `**`. */
export type Segment =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'wildcard'; readonly matches: (name: string) => boolean }
  | { readonly kind: 'any' };

type Part = { readonly kind: 'star' } | { readonly kind: 'one'; readonly test: (character: string) => boolean };

const mostAlternatives = 256;

/** Whether the text has characters that mean something in a pattern: `*`, `?`, `[…]`, `{…}`, or an escape. */
export const isPattern = (text: string): boolean => /[*?[\]{}\\]/.test(text);

/**
 * Reads a path pattern: `*` and `?` within a segment, `**` for any number of directories, `[a-z]`, `[!a]`, `{a,b}`,
 * `\` before a character that is to be itself. One list of segments for each way through its braces.
 * @throws RangeError where brackets or braces do not close or there are too many alternatives.
 */
export const parseGlob = (pattern: string): readonly (readonly Segment[])[] =>
  expandBraces(pattern).map((alternative) => alternative.split('/').map(parseSegment));

const parseSegment = (segment: string): Segment => {
  if (segment === '**') return { kind: 'any' };
  const parts = parseParts(segment);
  if (isPattern(segment)) return { kind: 'wildcard', matches: (name) => matchName(segment, parts, name) };
  return { kind: 'text', text: segment };
};

/** Names beginning with a dot are matched only by patterns that begin with one. */
const matchName = (segment: string, parts: readonly Part[], name: string): boolean =>
  (!name.startsWith('.') || segment.startsWith('.') || segment.startsWith('\\.')) &&
  matchParts(parts, Array.from(name));

/** Goes back only to the last star: at most parts × characters steps. */
const matchParts = (parts: readonly Part[], name: readonly string[]): boolean => {
  let part = 0;
  let at = 0;
  let star = -1;
  let starAt = 0;
  while (at < name.length) {
    const current = parts[part];
    if (current?.kind === 'star') {
      star = part;
      starAt = at;
      part += 1;
    } else if (current !== undefined && current.test(name[at] ?? '')) {
      part += 1;
      at += 1;
    } else if (star !== -1) {
      part = star + 1;
      starAt += 1;
      at = starAt;
    } else return false;
  }
  return parts.slice(part).every(({ kind }) => kind === 'star');
};

const parseParts = (segment: string): readonly Part[] => {
  const parts: Part[] = [];
  const characters = Array.from(segment);
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    if (character === '*') parts.push({ kind: 'star' });
    else if (character === '?') parts.push({ kind: 'one', test: () => true });
    else if (character === '[') {
      const end = characters.indexOf(']', at + (characters[at + 1] === '!' || characters[at + 1] === '^' ? 3 : 2));
      if (end === -1) throw new RangeError(`[ is not closed by ] in ${segment}`);
      parts.push({ kind: 'one', test: classTest(characters.slice(at + 1, end)) });
      at = end;
    } else {
      if (character === '\\') at += 1;
      const literal = characters[at] ?? '\\';
      parts.push({ kind: 'one', test: (other) => other === literal });
    }
  }
  return parts;
};

const classTest = (members: readonly string[]): ((character: string) => boolean) => {
  const negated = members[0] === '!' || members[0] === '^';
  const rest = negated ? members.slice(1) : members;
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < rest.length; at += 1) {
    const low = rest[at] ?? '';
    const isRange = rest[at + 1] === '-' && at + 2 < rest.length;
    ranges.push([low, (isRange ? rest[at + 2] : low) ?? low]);
    if (isRange) at += 2;
  }
  return (character) => ranges.some(([low, high]) => low <= character && character <= high) !== negated;
};

const expandBraces = (pattern: string): readonly string[] => {
  const open = findUnescaped(pattern, '{', 0);
  if (open === -1) {
    if (findUnescaped(pattern, '}', 0) !== -1) throw new RangeError(`} closes no { in ${pattern}`);
    return [pattern];
  }
  const { close, alternatives } = readBraces(pattern, open);
  const all: string[] = [];
  for (const alternative of alternatives) {
    for (const whole of expandBraces(pattern.slice(0, open) + alternative + pattern.slice(close + 1))) {
      if (all.length === mostAlternatives)
        throw new RangeError(`more than ${mostAlternatives} alternatives in ${pattern}`);
      all.push(whole);
    }
  }
  return all;
};

const findUnescaped = (text: string, wanted: string, from: number): number => {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === wanted) return at;
  }
  return -1;
};

const readBraces = (
  pattern: string,
  open: number,
): { readonly close: number; readonly alternatives: readonly string[] } => {
  const alternatives: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let at = open; at < pattern.length; at += 1) {
    const character = pattern[at];
    if (character === '\\') at += 1;
    else if (character === '{') depth += 1;
    else if (character === ',' && depth === 1) {
      alternatives.push(pattern.slice(from, at));
      from = at + 1;
    } else if (character === '}') {
      depth -= 1;
      if (depth === 0) return { close: at, alternatives: [...alternatives, pattern.slice(from, at)] };
    }
  }
  throw new RangeError(`{ is not closed by } in ${pattern}`);
};
