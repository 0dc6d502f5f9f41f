const TAB = 9;

/** Character codes the scanners look for. */
export const SPACE = 32;
export const QUOTE = 34;
export const PERCENT = 37;
export const COMMA = 44;
export const MINUS = 45;
export const DOT = 46;
export const SLASH = 47;
export const COLON = 58;
export const LESS = 60;
export const GREATER = 62;
export const EQUALS = 61;
export const OPEN_BRACKET = 91;
export const BACKSLASH = 92;
export const CLOSE_BRACKET = 93;
export const OPEN_BRACE = 123;

/** Whether the code is `0`–`9`; false for the NaN past the end. */
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Whether the code is `A`–`Z`. */
export function isUpper(code: number): boolean {
  return code >= 65 && code <= 90;
}

/** Whether the code is an ASCII letter. */
export function isLetter(code: number): boolean {
  return isUpper(code) || (code >= 97 && code <= 122);
}

/** Whether a word ends here: a space, a tab or (NaN) the end of the text. */
export function isGap(code: number): boolean {
  return code === SPACE || code === TAB || Number.isNaN(code);
}

/** The number in two digits at `at`, or −1 where there are not two digits. */
export function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const units = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && units >= 0 && units <= 9 ? tens * 10 + units : -1;
}

/** The number in four digits at `at`, or −1 where there are not four digits. */
export function fourDigits(text: string, at: number): number {
  const high = twoDigits(text, at);
  const low = twoDigits(text, at + 2);
  return high < 0 || low < 0 ? -1 : high * 100 + low;
}

/** The index of the first character at or after `at` that is not a digit. */
export function skipDigits(text: string, at: number): number {
  let i = at;
  while (isDigit(text.charCodeAt(i))) i++;
  return i;
}

/** The index of the first character at or after `at` that is not a space. */
export function skipSpaces(text: string, at: number): number {
  let i = at;
  while (text.charCodeAt(i) === SPACE) i++;
  return i;
}

/** The index after one space at `at`, or `at` where there is none. */
export function skipOneSpace(text: string, at: number): number {
  return text.charCodeAt(at) === SPACE ? at + 1 : at;
}
