import { newLine, type OpenLine, otherLine, type SshdLine, userIn } from './line.js';
import { type Peer, readPeer, readPeerAtEnd, readPeerOrAddr } from './peer.js';

const from = ' from ';
const keyLimit = 512;

/** What follows the peer of an attempt: nothing, a plain key, free text, or a line that was cut or glued. */
type Tail = 'none' | 'key' | 'text' | 'broken';

/** The index after `ssh2`, the word and its protocol version; undefined where it does not stand at `start`. */
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

/**
 * Finds `from %A port %P` where sshd wrote it, at or after `earliest`: the last one that is followed by the known end of
 * the line. Only a certificate's id, a GSSAPI principal or a host-based client name may hold another behind it: of users
 * that exist, whose names hold none, it is the first. Of those that do not, either may be the peer's own words: then no
 * address is sure, and the pid must do.
 */
const findPeer = (text: string, earliest: number, invalidUser: boolean): Peer | undefined => {
  let withText: Peer | undefined;
  let sure = true;
  let broken: Peer | undefined;
  for (let at = text.lastIndexOf(from); at >= earliest; at = at === 0 ? -1 : text.lastIndexOf(from, at - 1)) {
    const peer = readPeer(text, at + from.length);
    if (peer === undefined) continue;
    const tail = tailAt(text, peer.end);
    if (tail === 'none' || tail === 'key') return peer;
    if (tail === 'text') {
      sure = withText === undefined || !invalidUser;
      withText = peer;
    } else broken ??= peer;
  }
  return withText === undefined || sure ? (withText ?? broken) : { ...withText, addr: '', port: 0 };
};

const saysInvalid = (text: string, start: number): boolean =>
  text.startsWith('invalid user ', start) || text.startsWith('illegal user ', start);

/** Reads `[invalid user ]%U from %A port %P ssh2[: KEY]`, from `start` to the end of the text, into the line. */
const readUserAndPeer = (line: OpenLine, text: string, start: number): SshdLine | undefined => {
  line.invalidUser = saysInvalid(text, start);
  const userAt = line.invalidUser ? start + 'invalid user '.length : start;
  // Of an empty user, senders that trim spaces leave "user from".
  const peer = findPeer(text, userAt - 1, line.invalidUser);
  if (peer === undefined) return undefined;
  line.user = userIn(text, userAt, peer.start - from.length);
  line.addr = peer.addr;
  line.port = peer.port;
  const end = protocolEnd(text, peer.end) ?? peer.end;
  if (text.startsWith(': ', end)) line.key = text.slice(end + 2, end + 2 + keyLimit);
  return line;
};

const methodLimit = 64;

/** A reader of `Accepted|Failed|Postponed|Partial METHOD for [invalid user ]%U from %A port %P ssh2[: KEY]`. */
export const readAttempt =
  (kind: 'accepted' | 'failed' | 'named') =>
  (text: string): SshdLine | undefined => {
    const methodAt = text.indexOf(' ') + 1;
    const methodEnd = text.indexOf(' ', methodAt);
    // "Accepted key ED25519 SHA256:… found at …" and the like are no attempts.
    if (methodEnd < 0 || !text.startsWith(' for ', methodEnd)) return otherLine;
    const method = text.slice(methodAt, Math.min(methodEnd, methodAt + methodLimit));
    const line = newLine(kind === 'failed' && method === 'none' ? 'named' : kind);
    line.method = method;
    return readUserAndPeer(line, text, methodEnd + ' for '.length);
  };

const exceeded = 'maximum authentication attempts exceeded for ';

/** Reads `maximum authentication attempts exceeded for [invalid user ]%U from %A port %P ssh2`. */
export const readGivenUp = (text: string): SshdLine | undefined => {
  if (!text.startsWith(exceeded)) return otherLine;
  const line = newLine('given-up');
  line.tooMany = true;
  return readUserAndPeer(line, text, exceeded.length);
};

/** Reads `%U from %A[ port %P]`, from `start` to the end of the text, into the line; the user may be empty. */
export const readUserFrom = (line: OpenLine, text: string, start: number): SshdLine | undefined => {
  const peer = readPeerAtEnd(text);
  if (peer === undefined) return undefined;
  const at = peer.start - from.length;
  if (at < start - 1 || !text.startsWith(from, at)) return undefined;
  line.user = userIn(text, start, at);
  line.addr = peer.addr;
  line.port = peer.port;
  return line;
};

/** Reads `Invalid user %U from %A[ port %P]`. */
export const readInvalidUser = (text: string): SshdLine | undefined => {
  if (!text.startsWith('Invalid user ') && !text.startsWith('Illegal user ')) return otherLine;
  const line = newLine('refused');
  line.invalidUser = true;
  return readUserFrom(line, text, 'Invalid user '.length);
};

const because = ' not allowed because ';

/** Reads `User %U [from %A ]not allowed because …`; an account that is locked or has no usable shell comes without address. */
export const readNotAllowed = (text: string): SshdLine | undefined => {
  const start = 'User '.length;
  const end = text.lastIndexOf(because);
  if (end < start) return otherLine;
  const line = newLine('refused');
  const reason = end + because.length;
  if (!text.startsWith('account is locked', reason) && !text.startsWith('shell ', reason)) {
    return readUserFrom(line, text.slice(0, end), start);
  }
  line.user = userIn(text, start, end);
  return line;
};

const rootRefused = 'ROOT LOGIN REFUSED FROM ';

/** Reads `ROOT LOGIN REFUSED FROM %A[ port %P]`. */
export const readRootRefused = (text: string): SshdLine | undefined => {
  if (!text.startsWith(rootRefused)) return otherLine;
  const peer = readPeerOrAddr(text, rootRefused.length);
  if (peer === undefined) return undefined;
  const line = newLine('refused');
  line.user = 'root';
  line.addr = peer.addr;
  line.port = peer.port;
  return line;
};
