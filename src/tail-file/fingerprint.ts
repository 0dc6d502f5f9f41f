/** How many bytes from its beginning identify a file. */
export const headBytes = 1024;
/** How many bytes before the place reached show that what was read is still there. */
export const markBytes = 256;

/** A hash of some bytes, and of how many. Tells files apart; it is no proof against forgery. */
export type Fingerprint = {
  readonly bytes: number;
  readonly hash: string;
};

/** The fingerprint of all of these bytes: two lanes of 32 bits, each a multiplicative hash with its own constants. */
export const fingerprint = (bytes: Uint8Array): Fingerprint => {
  let left = 0x811c9dc5;
  let right = 0x2f6b1a3d ^ bytes.length;
  for (const byte of bytes) {
    left = Math.imul(left ^ byte, 0x01000193);
    right = Math.imul((right << 5) ^ (right >>> 27) ^ byte, 0x5bd1e995);
  }
  const hex = (lane: number): string => (lane >>> 0).toString(16).padStart(8, '0');
  return { bytes: bytes.length, hash: hex(left) + hex(right) };
};

/** Whether `bytes` begin with what the fingerprint was taken of. An empty fingerprint shows nothing and is never a match. */
export const beginsWith = (bytes: Uint8Array, expected: Fingerprint): boolean =>
  expected.bytes > 0 &&
  bytes.length >= expected.bytes &&
  fingerprint(bytes.subarray(0, expected.bytes)).hash === expected.hash;
