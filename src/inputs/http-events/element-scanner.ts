const quoteMark = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Bytes looked at before `next` returns `pause`, so that one request holds up no other input for long. */
const stride = 1024 * 1024;

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * Finds the elements of a JSON array, or the one value that is no array, in a body, without parsing them: so that each
 * can be parsed for itself, and no body, however made, becomes more than its bytes in memory. Whether what lies between
 * is JSON is for the parser to say. `start`, `end` and `depth` are those of the last element found.
 */
export class ElementScanner {
  start = 0;
  end = 0;
  /** How deep brackets and braces nest in the element. */
  depth = 0;
  readonly #body: Buffer;
  readonly #isArray: boolean;
  #at = 0;
  #open = 0;
  #inString = false;
  #elements = 0;
  #state: 'before' | 'within' | 'after' = 'before';

  constructor(body: Buffer) {
    this.#body = body;
    // A byte order mark means nothing (RFC 8259 §8.1).
    if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) this.#at = 3;
    this.#skipSpace();
    this.#isArray = body[this.#at] === openBracket;
    if (this.#isArray) this.#at += 1;
  }

  /** `element`: there is one; `pause`: call again; `end`: there are no more; `broken`: the body is not JSON. */
  next(): 'element' | 'pause' | 'end' | 'broken' {
    if (this.#state === 'after') return this.#atEnd();
    if (this.#state === 'before') {
      this.#skipSpace();
      if (this.#isArray && this.#elements === 0 && this.#body[this.#at] === closeBracket) {
        this.#at += 1;
        return this.#atEnd();
      }
      this.start = this.#at;
      this.depth = 0;
      this.#state = 'within';
    }
    return this.#scan();
  }

  #scan(): 'element' | 'pause' | 'broken' {
    const body = this.#body;
    const stop = Math.min(body.length, this.#at + stride);
    let at = this.#at;
    let open = this.#open;
    while (at < stop) {
      if (this.#inString) {
        at = this.#endOfString(at, stop);
        continue;
      }
      const byte = body[at];
      if (byte === quoteMark) this.#inString = true;
      else if (byte === openBrace || byte === openBracket) {
        open += 1;
        if (open > this.depth) this.depth = open;
      } else if (byte === closeBrace || byte === closeBracket) {
        if (open === 0) return byte === closeBracket && this.#isArray ? this.#found(at, 'after') : 'broken';
        open -= 1;
      } else if (byte === comma && open === 0 && this.#isArray) return this.#found(at, 'before');
      at += 1;
    }
    this.#at = at;
    this.#open = open;
    if (at < body.length) return 'pause';
    return this.#isArray || open > 0 || this.#inString ? 'broken' : this.#found(body.length, 'after');
  }

  /** Where the string that `at` lies in is left, or scanning must stop. */
  #endOfString(from: number, stop: number): number {
    const body = this.#body;
    let at = from;
    while (at < stop) {
      const byte = body[at];
      if (byte === quoteMark) {
        this.#inString = false;
        return at + 1;
      }
      at += byte === backslash ? 2 : 1;
    }
    return at;
  }

  #found(end: number, state: 'before' | 'after'): 'element' | 'broken' {
    this.#at = end + 1;
    this.#open = 0;
    this.#state = state;
    this.#elements += 1;
    this.end = end;
    while (this.end > this.start && isSpace(this.#body[this.end - 1])) this.end -= 1;
    return this.end === this.start ? 'broken' : 'element';
  }

  #atEnd(): 'end' | 'broken' {
    this.#state = 'after';
    this.#skipSpace();
    return this.#at >= this.#body.length ? 'end' : 'broken';
  }

  #skipSpace(): void {
    while (isSpace(this.#body[this.#at])) this.#at += 1;
  }
}
