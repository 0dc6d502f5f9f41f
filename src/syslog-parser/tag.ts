import {
  BACKSLASH,
  CLOSE_BRACKET,
  COLON,
  isDigit,
  isGap,
  isLetter,
  OPEN_BRACKET,
  SLASH,
  SPACE,
  skipSpaces,
} from './characters.js';
import type { Draft } from './parsed-record.js';
import { isWordCode } from './word-characters.js';

const longestWord = 128;
const longestPid = 64;

/** Where the parts of a tag are; overwritten by each scan to spare allocations. */
export interface ScannedTag {
  nameEnd: number;
  /** Both 0 where the tag has no pid. */
  pidStart: number;
  pidEnd: number;
  /** Index after the tag, before the space that follows it. */
  end: number;
}

/** A tag nothing has been scanned into. */
export function newScannedTag(): ScannedTag {
  return { nameEnd: 0, pidStart: 0, pidEnd: 0, end: 0 };
}

/**
 * Scans `word:`, `word[pid]:` or `word[pid]` with digits only, spaces before the colon allowed; false where the text
 * at `at` is no tag. Not tags: numbers, CEF and LEEF payloads, URLs, paths, addresses with a port.
 */
export function scanTag(text: string, at: number, tag: ScannedTag): boolean {
  let i = at;
  let letters = false;
  for (; isWordCode(text.charCodeAt(i)); i++) {
    if (i - at >= longestWord) return false;
    letters ||= isNameCode(text.charCodeAt(i));
  }
  if (i === at) return false;
  if (isPamBracket(text, i)) i += 1;
  tag.nameEnd = i;
  tag.pidStart = 0;
  tag.pidEnd = 0;
  const code = text.charCodeAt(i);
  if (code === OPEN_BRACKET) return scanPid(text, i, tag);
  if (code === COLON) return letters && scanColon(text, at, i, tag);
  return code === SPACE && letters && scanSpaced(text, i, tag);
}

/** Takes the scanned tag as the record's app and pid. */
export function takeTag(text: string, at: number, tag: ScannedTag, draft: Draft): void {
  draft.app = text.slice(at, tag.nameEnd);
  draft.pid = tag.pidEnd > tag.pidStart ? text.slice(tag.pidStart, tag.pidEnd) : undefined;
}

/** Whether a tag-like word at `at` is a Cisco mnemonic, `%FACILITY-SEVERITY-NAME:`. */
export function isMnemonic(text: string, at: number): boolean {
  return /^%[A-Z][A-Za-z0-9_]{0,40}(?:-[A-Za-z0-9_]{1,40}){0,3}-[0-7]-[A-Za-z0-9_]{1,64} ?:/.test(
    text.slice(at, at + 280),
  );
}

// GDM's programs write `gdm-password]:`, a piece of the name they gave PAM.
function isPamBracket(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== CLOSE_BRACKET) return false;
  const next = text.charCodeAt(at + 1);
  return next === OPEN_BRACKET || next === COLON;
}

function scanPid(text: string, open: number, tag: ScannedTag): boolean {
  let digitsOnly = true;
  let i = open + 1;
  for (; text.charCodeAt(i) !== CLOSE_BRACKET; i++) {
    const code = text.charCodeAt(i);
    if (i - open > longestPid || !isPidCode(code)) return false;
    digitsOnly &&= isDigit(code);
  }
  tag.pidStart = open + 1;
  tag.pidEnd = i;
  const next = text.charCodeAt(i + 1);
  if (next === COLON) {
    tag.end = i + 2;
    return true;
  }
  const colon = skipSpaces(text, i + 1);
  const spaced = text.charCodeAt(colon) === COLON && isGap(text.charCodeAt(colon + 1));
  tag.end = spaced ? colon + 1 : i + 1;
  return spaced || (digitsOnly && i > open + 1 && isGap(next));
}

function isPidCode(code: number): boolean {
  return code > SPACE && code !== 0x7f && code !== OPEN_BRACKET && !Number.isNaN(code);
}

function isNameCode(code: number): boolean {
  return isLetter(code) || code >= 128;
}

function scanColon(text: string, at: number, colon: number, tag: ScannedTag): boolean {
  tag.end = colon + 1;
  const next = text.charCodeAt(colon + 1);
  if (isGap(next)) return !(next === SPACE && isDigit(text.charCodeAt(colon + 2)) && isPayload(text, at, colon));
  return next !== COLON && next !== SLASH && next !== BACKSLASH && !isDigit(next) && !isCutName(text, at, colon);
}

// Of `pam_unix(sshd:session): …` the colon is inside the name.
function isCutName(text: string, at: number, colon: number): boolean {
  return text.slice(at, colon).lastIndexOf('(') > text.slice(at, colon).lastIndexOf(')');
}

// Some senders write `CEF: 0|…`; elsewhere such a word with a digit behind it is an ordinary tag.
function isPayload(text: string, at: number, colon: number): boolean {
  const word = text.slice(at, colon);
  return word === 'CEF' || word === 'LEEF';
}

function scanSpaced(text: string, at: number, tag: ScannedTag): boolean {
  const i = skipSpaces(text, at);
  const code = text.charCodeAt(i);
  if (code === COLON) {
    tag.end = i + 1;
    return isGap(text.charCodeAt(i + 1));
  }
  if (code !== OPEN_BRACKET || !isDigit(text.charCodeAt(i + 1))) return false;
  let close = i + 1;
  while (isDigit(text.charCodeAt(close)) && close - i <= longestPid) close++;
  if (text.charCodeAt(close) !== CLOSE_BRACKET || text.charCodeAt(close + 1) !== COLON) return false;
  tag.pidStart = i + 1;
  tag.pidEnd = close;
  tag.end = close + 2;
  return true;
}
