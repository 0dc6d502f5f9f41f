import { type EqualLines, LineCounts } from './line-counts.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const CODES = Uint8Array.from(ALPHABET, (char) => char.charCodeAt(0));
const INITIAL = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344] as const;
const FINAL_ROUNDS = 3;

/**
 * Ids of normalized events: a hash of raw line, time, how many equal lines of that time came before, and the event's
 * ordinal. The hash has SipHash's rounds on 32-bit words and a public start: spread evenly and the same everywhere, no secret.
 */
export class EventIds {
  readonly #lines: LineCounts;
  #v0 = 0;
  #v1 = 0;
  #v2 = 0;
  #v3 = 0;
  #ordinal = 0;

  constructor(state?: EqualLines) {
    this.#lines = new LineCounts(state);
  }

  /** Begins a line of the given time (ms since the epoch); `next` then gives the ids of its events. */
  begin(raw: string, time: number): void {
    this.#absorbText(raw);
    this.#absorb(Math.floor(time / 0x1_0000_0000) | 0);
    this.#absorb(time | 0);
    this.#absorb(this.#lines.count(this.#v0, this.#v2));
    this.#ordinal = 0;
  }

  /** The next id of the line that was begun: 20 characters of base64url. */
  next(): string {
    const v0 = this.#v0;
    const v1 = this.#v1;
    const v2 = this.#v2;
    const v3 = this.#v3;
    this.#absorb(this.#ordinal);
    for (let i = 0; i < FINAL_ROUNDS; i += 1) this.#absorb(0xff);
    const id = base64url(this.#v0, this.#v1, this.#v2, this.#v3);
    this.#v0 = v0;
    this.#v1 = v1;
    this.#v2 = v2;
    this.#v3 = v3;
    this.#ordinal += 1;
    return id;
  }

  /** What must be kept over a restart for equal lines to stay apart. */
  save(): EqualLines {
    return this.#lines.save();
  }

  /** Four characters a word while all are below 256, else two; which of them it was is absorbed too. */
  #absorbText(text: string): void {
    this.#restart();
    const isNarrow = this.#absorbNarrow(text);
    if (!isNarrow) {
      this.#restart();
      for (let i = 0; i < text.length; i += 2) this.#absorb(text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16));
    }
    this.#absorb(isNarrow ? text.length : ~text.length);
  }

  #restart(): void {
    this.#v0 = INITIAL[0];
    this.#v1 = INITIAL[1];
    this.#v2 = INITIAL[2];
    this.#v3 = INITIAL[3];
  }

  /** False where a character does not fit; what was absorbed then counts for nothing. */
  #absorbNarrow(text: string): boolean {
    let v0 = this.#v0;
    let v1 = this.#v1;
    let v2 = this.#v2;
    let v3 = this.#v3;
    let seen = 0;
    const end = text.length & ~3;
    for (let i = 0; i < end; i += 4) {
      const a = text.charCodeAt(i);
      const b = text.charCodeAt(i + 1);
      const c = text.charCodeAt(i + 2);
      const d = text.charCodeAt(i + 3);
      seen |= a | b | c | d;
      const word = a | (b << 8) | (c << 16) | (d << 24);
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
    }
    this.#v0 = v0;
    this.#v1 = v1;
    this.#v2 = v2;
    this.#v3 = v3;
    let last = 0;
    for (let i = end; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      seen |= code;
      last = (last << 8) | code;
    }
    this.#absorb(last);
    return seen <= 255;
  }

  #absorb(word: number): void {
    let v0 = this.#v0;
    let v1 = this.#v1;
    let v2 = this.#v2;
    let v3 = this.#v3 ^ word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    this.#v0 = v0 ^ word;
    this.#v1 = v1;
    this.#v2 = v2;
    this.#v3 = v3;
  }
}

const base64url = (a: number, b: number, c: number, d: number): string =>
  String.fromCharCode(
    CODES[(a >>> 2) & 63] ?? 0,
    CODES[(a >>> 8) & 63] ?? 0,
    CODES[(a >>> 14) & 63] ?? 0,
    CODES[(a >>> 20) & 63] ?? 0,
    CODES[a >>> 26] ?? 0,
    CODES[(b >>> 2) & 63] ?? 0,
    CODES[(b >>> 8) & 63] ?? 0,
    CODES[(b >>> 14) & 63] ?? 0,
    CODES[(b >>> 20) & 63] ?? 0,
    CODES[b >>> 26] ?? 0,
    CODES[(c >>> 2) & 63] ?? 0,
    CODES[(c >>> 8) & 63] ?? 0,
    CODES[(c >>> 14) & 63] ?? 0,
    CODES[(c >>> 20) & 63] ?? 0,
    CODES[c >>> 26] ?? 0,
    CODES[(d >>> 2) & 63] ?? 0,
    CODES[(d >>> 8) & 63] ?? 0,
    CODES[(d >>> 14) & 63] ?? 0,
    CODES[(d >>> 20) & 63] ?? 0,
    CODES[d >>> 26] ?? 0,
  );
