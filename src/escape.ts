/** C0, DEL, C1, line and paragraph separators, and the marks that change the direction of text (Unicode UAX #9 §2). */
const controls = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The same without C0: JSON.stringify escapes those in strings, and between values they are white space. */
const rawInJson = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const escapeOne = (character: string): string => {
  const code = character.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u{${code}}`;
};

/**
 * The text as it may be shown on a terminal or written as one line of a log: each control character as `\xNN`, line
 * separators and direction marks as `\u{N}`. For reading, not for reading back: backslashes stay as they are.
 */
export const escapeControls = (text: string): string => text.replace(controls, escapeOne);

/**
 * JSON text with the characters JSON.stringify leaves raw (DEL, C1, U+2028, U+2029, direction marks) as `\uNNNN`.
 * It means the same to every JSON reader (RFC 8259 §7).
 */
export const escapeJson = (json: string): string =>
  json.replace(rawInJson, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
