import { type SshdLine, otherLine, sshdLine } from './line.js';
import { type Peer, readPeer, readPeerAtEnd, readPeerOrAddr } from './peer.js';

const from = ' from ';
const keyLimit = 512;

/** What follows the peer of an attempt: nothing, a plain key, free text, or a line that was cut or glued. */
type Tail = 'none' | 'key' | 'text' | 'broken';

/** Skips `ssh2`: the word and its protocol version. */
const protocolEnd = (text: string, start: number): number | undefined => {
  if (!text.startsWith(' ssh', start)) return undefined;
  let at = start + 4;
  while (at < text.length && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at += 1;
  return at > start + 4 ? at : undefined;
};

const tailAt = (text: string, start: number): Tail => {
  const end = protocolEnd(text, start);
  if (end === undefined) return 'broken';
  if (end === text.length) return 'none';
  if (!text.startsWith(': ', end)) return 'broken';
  if (text.length - end > keyLimit) return 'text';
  return /^[A-Za-z0-9@.-]+ [A-Za-z0-9+/=:-]+$/.test(text.slice(end + 2)) ? 'key' : 'text';
};

interface Place {
  readonly at: number;
  readonly peer: Peer;
}

/**
 * Finds `from %A port %P` where sshd wrote it, in a line whose user begins at `userStart`: the last one that is followed
 * by the known end of the line. Only a certificate's id, a GSSAPI principal or a host-based client name may hold
 * another behind it, and those come with users that exist, whose names hold none: there it is the first.
 */
const findPeer = (text: string, userStart: number, invalidUser: boolean): Place | undefined => {
  let withText: Place | undefined;
  let broken: Place | undefined;
  for (let at = text.lastIndexOf(from); at >= userStart; at = at === 0 ? -1 : text.lastIndexOf(from, at - 1)) {
    const peer = readPeer(text, at + from.length);
    if (peer === undefined) continue;
    const tail = tailAt(text, peer.end);
    if (tail === 'none' || tail === 'key') return withText ?? { at, peer };
    if (tail === 'text') {
      if (invalidUser) return { at, peer };
      withText = { at, peer };
    } else {
      broken ??= { at, peer };
    }
  }
  return withText ?? broken;
};

/** Length of the words that say that the user does not exist, at `start`; 0 where they do not stand there. */
const invalidWords = (text: string, start: number): number =>
  text.startsWith('invalid user ', start) || text.startsWith('illegal user ', start) ? 13 : 0;

const nameOf = (text: string, start: number, end: number): string => text.slice(start, Math.max(start, end));

/** Reads `%U from %A port %P ssh2[: KEY]` from `start` on. */
const readUserAndPeer = (text: string, start: number): Partial<SshdLine> | undefined => {
  const invalid = invalidWords(text, start);
  // An empty user leaves one space between "user " and "from": it is the one before the name and the one after it.
  const place = findPeer(text, Math.max(0, start + invalid - 1), invalid > 0);
  if (place === undefined) return undefined;
  const end = protocolEnd(text, place.peer.end) ?? place.peer.end;
  return {
    user: nameOf(text, start + invalid, place.at),
    addr: place.peer.addr,
    port: place.peer.port,
    invalidUser: invalid > 0,
    key: text.startsWith(': ', end) ? text.slice(end + 2, end + 2 + keyLimit) : '',
  };
};

/** Reads `Accepted|Failed|Postponed|Partial METHOD for [invalid user ]%U from %A port %P ssh2[: KEY]`. */
export const readAttempt = (text: string): SshdLine | undefined => {
  const methodStart = text.indexOf(' ') + 1;
  const methodEnd = text.indexOf(' ', methodStart);
  // "Accepted key ED25519 SHA256:… found at …" and the like are no attempts.
  if (methodEnd < 0 || !text.startsWith(' for ', methodEnd)) return otherLine;
  const parts = readUserAndPeer(text, methodEnd + 5);
  if (parts === undefined) return undefined;
  const method = text.slice(methodStart, Math.min(methodEnd, methodStart + 64));
  if (text.startsWith('Accepted')) return sshdLine('accepted', { ...parts, method });
  return sshdLine(text.startsWith('Failed') && method !== 'none' ? 'failed' : 'named', { ...parts, method });
};

/** Reads `[error: ]maximum authentication attempts exceeded for [invalid user ]%U from %A port %P ssh2`. */
export const readGivenUp = (text: string, start: number): SshdLine | undefined => {
  const parts = readUserAndPeer(text, start);
  return parts === undefined ? undefined : sshdLine('given-up', { ...parts, tooMany: true });
};

/** Reads `%U from %A[ port %P]` up to the end of the text; the user begins at `start` and may be empty. */
export const readUserFrom = (text: string, start: number): Partial<SshdLine> | undefined => {
  const peer = readPeerAtEnd(text);
  const at = peer === undefined ? -1 : peer.start - from.length;
  if (peer === undefined || at < start - 1 || !text.startsWith(from, at)) return undefined;
  return { user: nameOf(text, start, at), addr: peer.addr, port: peer.port };
};

/** Reads `Invalid user %U from %A[ port %P]`. */
export const readInvalidUser = (text: string): SshdLine | undefined => {
  const parts = readUserFrom(text, 'Invalid user '.length);
  return parts === undefined ? undefined : sshdLine('refused', { ...parts, invalidUser: true });
};

const because = ' not allowed because ';

/** Reads `User %U [from %A ]not allowed because …`; an account that is locked or has no usable shell comes without address. */
export const readNotAllowed = (text: string): SshdLine | undefined => {
  const end = text.lastIndexOf(because);
  const start = 'User '.length;
  if (end < start) return otherLine;
  const reason = end + because.length;
  if (text.startsWith('account is locked', reason) || text.startsWith('shell ', reason)) {
    return sshdLine('refused', { user: nameOf(text, start, end) });
  }
  const parts = readUserFrom(text.slice(0, end), start);
  return parts === undefined ? undefined : sshdLine('refused', parts);
};

/** Reads `ROOT LOGIN REFUSED FROM %A[ port %P]`. */
export const readRootRefused = (text: string): SshdLine | undefined => {
  const peer = readPeerOrAddr(text, 'ROOT LOGIN REFUSED FROM '.length);
  return peer === undefined ? undefined : sshdLine('refused', { user: 'root', addr: peer.addr, port: peer.port });
};
