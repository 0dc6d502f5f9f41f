import { isPlainlyLinear } from './plainly-linear.js';
import { type Literals, requiredLiterals } from './pattern-literals.js';
import { groupNames, PatternFault, readParts } from './pattern-parts.js';

/** Says why a regular expression may be slow on some text (and would have to be refused), or undefined where it is cleared. */
export type CheckPattern = (source: string, flags: string) => string | undefined;

/** A pattern ready for matching. */
export interface Pattern {
  readonly regex: RegExp;
  /** Field names; index i is group i + 1 of a match, "" an unnamed group. */
  readonly groups: readonly string[];
  readonly literals: Literals;
}

/** Flags of every pattern: `.` takes any character, so that a line separator in a user name hides nothing. */
const PATTERN_FLAGS = 's';

/** What `%{NAME}` and `%{NAME:field}` stand for. No name takes spaces, except DATA, GREEDYDATA and QUOTED. */
const PATTERN_NAMES: ReadonlyMap<string, string> = new Map([
  ['IP', '[0-9A-Fa-f:.]+(?:%[^ ]+)?'],
  ['HOST', '[^ ]+'],
  ['IPORHOST', '[^ ]+'],
  ['HOSTNAME', '[0-9A-Za-z_.-]+'],
  ['PORT', '[0-9]+'],
  ['POSINT', '[0-9]+'],
  ['INT', '[+-]?[0-9]+'],
  ['NUMBER', '[+-]?[0-9.]+'],
  ['WORD', '[0-9A-Za-z_]+'],
  ['USER', '[0-9A-Za-z_.@$-]+'],
  ['USERNAME', '[0-9A-Za-z_.@$-]+'],
  ['NOTSPACE', '[^ ]+'],
  ['QUOTED', '"(?:[^"\\\\]|\\\\.)*"'],
  ['DATA', '.*?'],
  ['GREEDYDATA', '.*'],
]);

const NAMED = /%\{([^}:]*)(?::([^}]*))?\}/g;

const expand = (text: string): string | PatternFault => {
  let fault: PatternFault | undefined;
  const source = text.replace(NAMED, (whole, name: string, field: string | undefined) => {
    const known = PATTERN_NAMES.get(name);
    if (known === undefined) {
      fault ??= new PatternFault(`names ${whole}; known are ${[...PATTERN_NAMES.keys()].join(', ')}`);
      return '';
    }
    if (field === undefined) return `(?:${known})`;
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(field)) {
      fault ??= new PatternFault(`names the field "${field}"; letters, digits and _ would be right`);
    }
    return `(?<${field}>${known})`;
  });
  return fault ?? source;
};

const GROUP_NAMES = /\\[^]|\[(?:\\[^]|[^\]\\])*\]|\(\?<[A-Za-z_][A-Za-z0-9_]*>/g;

/** The same with numbered groups: a match of named ones makes an object each time. */
const withoutNames = (source: string): string =>
  source.replace(GROUP_NAMES, (piece) => (piece.startsWith('(?<') ? '(' : piece));

const compileRegex = (source: string): RegExp | PatternFault => {
  try {
    // With its names first, for what is wrong with them.
    new RegExp(source, PATTERN_FLAGS);
    return new RegExp(withoutNames(source), PATTERN_FLAGS);
  } catch (error) {
    return new PatternFault(error instanceof Error ? error.message : String(error));
  }
};

/** Makes a pattern of its text, or says what is wrong with it. Slow patterns are refused unless `check` clears them. */
export const compilePattern = (text: string, check: CheckPattern): Pattern | PatternFault => {
  const source = expand(text);
  if (source instanceof PatternFault) return source;
  const branches = readParts(source);
  if (branches instanceof PatternFault) return branches;
  const regex = compileRegex(source);
  if (regex instanceof PatternFault) return regex;
  const [parts = []] = branches;
  if (branches.length > 1 || parts[0]?.kind !== 'edge' || parts[0].source !== '^') {
    return new PatternFault(
      'is not anchored; a pattern that begins with ^, with (?:…|…) around alternatives, would be right',
    );
  }
  const literals = requiredLiterals(parts);
  if (literals === undefined) {
    return new PatternFault(
      'has no text of 2 characters or more that stands in every line it matches, by which lines are found',
    );
  }
  const slow = isPlainlyLinear(parts) ? undefined : check(source, PATTERN_FLAGS);
  if (slow !== undefined) {
    return new PatternFault(
      `is refused: ${slow}; repetitions that end at a character they do not contain, such as [^ ]+ before a space, would be right`,
    );
  }
  return { regex, groups: groupNames(branches), literals };
};
