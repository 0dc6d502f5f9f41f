const SPACE = /[ \t\r\n]*/y;
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const STRING_START = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** JSON text is broken: `offset` is where, `message` says what was seen and what would be right. */
export class JsonSyntaxError extends Error {
  readonly code = 'JSON_SYNTAX';
  override readonly name = 'JsonSyntaxError';
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

/** Walks JSON text token by token and knows where it stands. */
export class JsonScanner {
  #at = 0;
  constructor(readonly text: string) {}

  /** Offset of the next token. */
  get offset(): number {
    SPACE.lastIndex = this.#at;
    SPACE.test(this.text);
    this.#at = SPACE.lastIndex;
    return this.#at;
  }

  /** The character the next token begins with; "" at the end. */
  peek(): string {
    return this.text.charAt(this.offset);
  }

  /** Takes the next character where it is `character`. */
  take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.#at += 1;
    return true;
  }

  /** Takes the next character. @throws JsonSyntaxError where it is another. */
  expect(character: string, right: string): void {
    if (!this.take(character)) this.fail(right);
  }

  /** Takes a string and gives its value. @throws JsonSyntaxError */
  string(): string {
    STRING.lastIndex = this.offset;
    const found = STRING.exec(this.text);
    if (found === null) return this.#brokenString();
    this.#at = STRING.lastIndex;
    return JSON.parse(found[0]) as string;
  }

  /** Takes a number, true, false or null. @throws JsonSyntaxError */
  scalar(): void {
    SCALAR.lastIndex = this.offset;
    if (!SCALAR.test(this.text)) this.fail('a value');
    this.#at = SCALAR.lastIndex;
  }

  /** Takes a key and its colon, and gives the key. @throws JsonSyntaxError */
  key(): string {
    const key = this.string();
    this.expect(':', '":" after the key');
    return key;
  }

  /** Takes a whole value, however deep it is. @throws JsonSyntaxError */
  skipValue(): void {
    const open: ('{' | '[')[] = [];
    do {
      if (this.#beginValue(open)) continue;
      while (open.length > 0 && !this.take(',')) this.#endContainer(open);
      if (open.at(-1) === '{') this.key();
    } while (open.length > 0);
  }

  /** Takes a scalar or an opening bracket; true where a value has to follow. */
  #beginValue(open: ('{' | '[')[]): boolean {
    const opening = this.peek();
    if (opening === '"') this.string();
    else if (opening === '{' || opening === '[') {
      this.take(opening);
      if (this.take(opening === '{' ? '}' : ']')) return false;
      open.push(opening);
      if (opening === '{') this.key();
      return true;
    } else this.scalar();
    return false;
  }

  #endContainer(open: ('{' | '[')[]): void {
    if (open.pop() === '{') this.expect('}', '"," or "}"');
    else this.expect(']', '"," or "]"');
  }

  /** @throws JsonSyntaxError always, at the next token. */
  fail(right: string): never {
    const seen = this.peek();
    throw new JsonSyntaxError(
      this.#at,
      `${seen === '' ? 'the end of the file' : JSON.stringify(seen)} is here, ${right} would be right`,
    );
  }

  #brokenString(): never {
    if (this.peek() !== '"') this.fail('a text in double quotes');
    STRING_START.lastIndex = this.#at;
    STRING_START.test(this.text);
    this.#at = STRING_START.lastIndex;
    const seen = this.text.charAt(this.#at);
    throw new JsonSyntaxError(
      this.#at,
      `${seen === '' ? 'the end of the file' : JSON.stringify(seen)} is inside a text, the closing quote or a known escape would be right`,
    );
  }
}
