/** Text is no literal of the kind that was to be read: `offset` is where. */
export class LiteralError extends Error {
  readonly code = 'LITERAL';
  override readonly name = 'LiteralError';
  constructor(
    readonly offset: number,
    right: string,
  ) {
    super(`no ${right} at offset ${offset}`);
  }
}

/** A value without parts. */
export type Scalar = string | number | boolean | null;

const space = /[ \t\r\n]*/y;
const name = /[A-Za-z_$][\w$]*/y;
const word = /[\w$.+-]+/y;
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const plainText = /[^'"\\\n\r\u2028\u2029]+/y;
const escape = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|([bfnrtv0'"\\/]))/y;
const singleEscapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '0': '\0',
};
const words = new Map<string, Scalar>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** Reads JavaScript literals of flat objects, token by token, in time linear in the text; evaluates nothing (ECMA-262 §13.2.5). */
export class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** `[{…}, …]` and nothing after it. @throws LiteralError */
  objects(): Map<string, Scalar>[] {
    const objects: Map<string, Scalar>[] = [];
    this.#expect('[');
    while (!this.#take(']')) {
      objects.push(this.#object());
      if (this.#take(',')) continue;
      this.#expect(']');
      break;
    }
    this.#take(';');
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail('end');
    return objects;
  }

  #object(): Map<string, Scalar> {
    const object = new Map<string, Scalar>();
    this.#expect('{');
    while (!this.#take('}')) {
      const key = this.#key();
      this.#expect(':');
      object.set(key, this.#scalar());
      if (this.#take(',')) continue;
      this.#expect('}');
      break;
    }
    return object;
  }

  #key(): string {
    const quote = this.#quote();
    return quote === undefined ? (this.#match(name)?.[0] ?? this.#fail('key')) : this.#string(quote);
  }

  #scalar(): Scalar {
    const quote = this.#quote();
    if (quote !== undefined) return this.#string(quote);
    const start = this.#at;
    const found = this.#match(word)?.[0] ?? '';
    if (number.test(found)) return Number(found);
    const known = words.get(found);
    if (known === undefined) throw new LiteralError(start, 'text, number, true, false or null');
    return known;
  }

  #string(quote: string): string {
    this.#expect(quote);
    const parts: string[] = [];
    for (;;) {
      const plain = this.#match(plainText)?.[0];
      if (plain !== undefined) parts.push(plain);
      const next = this.#text[this.#at];
      if (next === quote) break;
      if (next === '\\') parts.push(this.#escaped());
      // The other quote, and the separators that texts may hold since ES2019.
      else if (next === '"' || next === "'" || next === '\u2028' || next === '\u2029') parts.push(next);
      else this.#fail('end of the text');
      if (next !== '\\') this.#at += 1;
    }
    this.#at += 1;
    return parts.join('');
  }

  #escaped(): string {
    const found = this.#match(escape) ?? this.#fail('known escape');
    const [, x, u, braced, single] = found;
    if (single !== undefined) return singleEscapes[single] ?? single;
    const code = Number.parseInt(x ?? u ?? braced ?? '', 16);
    return code > 0x10ffff ? this.#fail('code point') : String.fromCodePoint(code);
  }

  #quote(): string | undefined {
    this.#skipSpace();
    const next = this.#text[this.#at];
    return next === '"' || next === "'" ? next : undefined;
  }

  #skipSpace(): void {
    space.lastIndex = this.#at;
    space.test(this.#text);
    this.#at = space.lastIndex;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#at = pattern.lastIndex;
    return found;
  }

  #take(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#take(character)) this.#fail(JSON.stringify(character));
  }

  #fail(right: string): never {
    throw new LiteralError(this.#at, right);
  }
}
