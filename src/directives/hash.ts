const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

const avalanche = (value: number): number => {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
};

/** The two halves of a hash, so that nothing is allocated for it. */
const half = { high: 0, low: 0 };

const mix = (text: string): void => {
  let a = 0x9e3779b9;
  let b = 0x7f4a7c15;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(rotate(a ^ code, 13), 0x01000193) + 0x2545f491;
    b = Math.imul(rotate(b + code, 17) ^ a, 0x9e3779b1);
  }
  const low = avalanche(a ^ text.length);
  half.high = avalanche(b ^ low);
  half.low = avalanche(low + half.high);
};

/** A 64-bit hash of a text as 11 characters of base64url: the same everywhere, evenly spread, not secret. */
export const hashText = (text: string): string => {
  mix(text);
  return base64url(half.high, half.low);
};

/** The same as an integer of 53 bits: two of ten million different texts share one with a probability of 1 in 180. */
export const fingerprint = (text: string): number => {
  mix(text);
  return (half.high & 0x1fffff) * 0x100000000 + half.low;
};

const base64url = (high: number, low: number): string => {
  let text = '';
  let rest = (BigInt(high) << 32n) | BigInt(low);
  for (let i = 0; i < 11; i += 1) {
    text += ALPHABET.charAt(Number(rest & 63n));
    rest >>= 6n;
  }
  return text;
};
