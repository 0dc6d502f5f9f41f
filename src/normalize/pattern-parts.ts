/** One character that must be there. */
interface CharPart {
  readonly kind: 'char';
  readonly char: string;
}
/** One character out of several; `source` is its regular expression. */
interface SetPart {
  readonly kind: 'set';
  readonly source: string;
}
interface GroupPart {
  readonly kind: 'group';
  readonly name?: string | undefined;
  readonly captures: boolean;
  readonly branches: readonly (readonly Part[])[];
}
/** Something that takes no characters: `^`, `$`, `\b`, or a look-around. */
interface EdgePart {
  readonly kind: 'edge';
  readonly source: string;
}

/** A piece of a regular expression and how often it may be repeated. */
export type Part = (CharPart | SetPart | GroupPart | EdgePart) & { readonly min: number; readonly max: number };

/** A regular expression that cannot be read, or uses what is not allowed here. */
export class PatternFault {
  constructor(readonly message: string) {}
}

const CONTROL: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f', v: '\v', '0': '\0' };
const QUANTIFIER = /[*+?]|\{\d{1,4}(?:,\d{0,4})?\}/y;
const SET = /\[\^?(?:[^\\\]]|\\[^])*\]/y;
const GROUP_START = /\((?:\?(?:<(?<name>[A-Za-z_][A-Za-z0-9_]*)>|(?<kind>:|=|!|<=|<!)))?/y;
const ESCAPE = /\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|[^])/y;

class PartReader {
  #at = 0;
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Part[][] {
    const branches = this.#branches(0);
    if (this.#at < this.#source.length) throw new PatternError(`has a ")" too many at character ${this.#at + 1}`);
    return branches;
  }

  #branches(depth: number): Part[][] {
    if (depth > 20) throw new PatternError('nests groups deeper than 20');
    const branches: Part[][] = [[]];
    for (;;) {
      const char = this.#source[this.#at];
      if (char === undefined || char === ')') return branches;
      if (char === '|') {
        this.#at += 1;
        branches.push([]);
        continue;
      }
      branches.at(-1)?.push(this.#quantified(this.#one(char, depth)));
    }
  }

  #one(char: string, depth: number): CharPart | SetPart | GroupPart | EdgePart {
    if (char === '(') return this.#group(depth);
    if (char === '[') return { kind: 'set', source: this.#take(SET) };
    if (char === '\\') return this.#escape();
    this.#at += 1;
    if (char === '^' || char === '$') return { kind: 'edge', source: char };
    if (char === '.') return { kind: 'set', source: char };
    if ('*+?'.includes(char)) throw new PatternError(`has nothing to repeat before character ${this.#at}`);
    return { kind: 'char', char };
  }

  #group(depth: number): GroupPart | EdgePart {
    const from = this.#at;
    GROUP_START.lastIndex = from;
    const start = GROUP_START.exec(this.#source);
    const head = start?.[0] ?? '(';
    const { name, kind } = start?.groups ?? {};
    this.#at += head.length;
    if (this.#source[this.#at] === '?')
      throw new PatternError(`has a group of an unknown kind at character ${from + 1}`);
    const branches = this.#branches(depth + 1);
    if (this.#source[this.#at] !== ')') throw new PatternError(`leaves the group at character ${from + 1} open`);
    this.#at += 1;
    if (kind !== undefined && kind !== ':') return { kind: 'edge', source: this.#source.slice(from, this.#at) };
    return { kind: 'group', name, captures: kind === undefined, branches };
  }

  #escape(): CharPart | SetPart | EdgePart {
    const source = this.#take(ESCAPE);
    const letter = source[1] ?? '';
    if ('dDsSwW'.includes(letter)) return { kind: 'set', source };
    if ('bB'.includes(letter)) return { kind: 'edge', source };
    if ('xu'.includes(letter) && source.length > 2) {
      return { kind: 'char', char: String.fromCharCode(Number.parseInt(source.slice(2), 16)) };
    }
    const control = CONTROL[letter];
    if (control !== undefined) return { kind: 'char', char: control };
    if (/[1-9k]/.test(letter)) throw new PatternError(`refers back to a group with ${source}, which cannot be linear`);
    if (/[A-Za-z]/.test(letter)) throw new PatternError(`has the unknown escape ${source}`);
    return { kind: 'char', char: letter };
  }

  #quantified(part: CharPart | SetPart | GroupPart | EdgePart): Part {
    QUANTIFIER.lastIndex = this.#at;
    const quantifier = QUANTIFIER.exec(this.#source)?.[0];
    if (quantifier === undefined) return { ...part, min: 1, max: 1 };
    this.#at += quantifier.length;
    if (this.#source[this.#at] === '?') this.#at += 1;
    const [from = '', to] = quantifier.slice(1, -1).split(',');
    if (quantifier === '*') return { ...part, min: 0, max: Infinity };
    if (quantifier === '+') return { ...part, min: 1, max: Infinity };
    if (quantifier === '?') return { ...part, min: 0, max: 1 };
    return { ...part, min: Number(from), max: to === undefined ? Number(from) : to === '' ? Infinity : Number(to) };
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const taken = pattern.exec(this.#source)?.[0];
    if (taken === undefined) throw new PatternError(`ends in the middle of what begins at character ${this.#at + 1}`);
    this.#at += taken.length;
    return taken;
  }
}

class PatternError extends Error {}

/** Reads a regular expression (flag `s`) into its alternatives and their parts. */
export const readParts = (source: string): readonly (readonly Part[])[] | PatternFault => {
  try {
    return new PartReader(source).read();
  } catch (error) {
    if (error instanceof PatternError) return new PatternFault(error.message);
    throw error;
  }
};

/** Names of the capturing groups in the order in which a match numbers them; unnamed ones are "". */
export const groupNames = (branches: readonly (readonly Part[])[]): string[] =>
  branches.flatMap((parts) =>
    parts.flatMap((part) =>
      part.kind === 'group' ? [...(part.captures ? [part.name ?? ''] : []), ...groupNames(part.branches)] : [],
    ),
  );
