import { newLine, otherLine, type SshdLine, userIn } from './line.js';
import { type Peer, readPeer, readPeerAtEnd, readPeerOrAddr } from './peer.js';

const tooMany = 'Too many authentication failures';

/** What may stand before a user's name, between the prefix of a line and the peer. */
const userWords = ['invalid user ', 'authenticating user ', 'user '];

const endOf = (peer: Peer | undefined): SshdLine | undefined => {
  if (peer === undefined) return undefined;
  const line = newLine('ended');
  line.addr = peer.addr;
  line.port = peer.port;
  return line;
};

const givenUp = (known: SshdLine): SshdLine => ({ ...known, tooMany: true });

/** A reader of lines that begin with `prefix` and then name the peer: what follows it is not looked at. */
export const readPeerAfter =
  (prefix: string) =>
  (text: string): SshdLine | undefined =>
    text.startsWith(prefix) ? endOf(readPeerOrAddr(text, prefix.length)) : otherLine;

/** A reader of lines that begin with `prefix` and end with the peer; a user's name may stand between. */
export const readPeerLast =
  (prefix: string) =>
  (text: string): SshdLine | undefined => {
    if (!text.startsWith(prefix)) return otherLine;
    const peer = readPeerAtEnd(text);
    if (peer === undefined || peer.start < prefix.length) return undefined;
    const line = newLine('ended');
    line.addr = peer.addr;
    line.port = peer.port;
    if (peer.start === prefix.length) return line;
    const words = userWords.find((word) => text.startsWith(word, prefix.length));
    line.invalidUser = words === 'invalid user ';
    if (words !== undefined) line.user = userIn(text, prefix.length + words.length, peer.start - 1);
    return line;
  };

/** Finds `%A port %P: ` in a text that holds it once; where a peer's own words look like another, neither is believed. */
const onlyPeer = (text: string): Peer | undefined => {
  let found: Peer | undefined;
  for (let at = text.indexOf(' port '); at >= 0; at = text.indexOf(' port ', at + 6)) {
    const peer = readPeer(text, text.lastIndexOf(' ', at - 1) + 1);
    if (peer === undefined || !text.startsWith(': ', peer.end)) continue;
    if (found !== undefined) return undefined;
    found = peer;
  }
  return found;
};

/** Reads `… [user %U ]%A port %P: REASON`, where user and reason are the peer's words: without a sure address, the pid must do. */
export const readPeerBeforeReason = (text: string): SshdLine => endOf(onlyPeer(text)) ?? newLine('ended');

const readBeforeTooMany = readPeerLast('Disconnecting ');

/** Reads `Disconnecting[ authenticating user %U| invalid user %U| user %U][ %A port %P]: REASON`. */
export const readDisconnecting = (text: string): SshdLine => {
  if (text.startsWith(`Disconnecting: ${tooMany}`)) return givenUp(newLine('ended'));
  if (text.startsWith('Disconnecting:')) return newLine('ended');
  if (!text.endsWith(`: ${tooMany}`)) return readPeerBeforeReason(text);
  return givenUp(readBeforeTooMany(text.slice(0, -tooMany.length - 2)) ?? newLine('ended'));
};

const before = 'Timeout before authentication for ';
const beforeNew = `${before}connection from `;
const readTimeoutLater = readPeerLast('Timeout, client not responding from ');

/** Reads `Timeout before authentication for [connection from ]%A[ port %P]…[, pid = N]` and `Timeout, client not responding …`. */
export const readTimeout = (text: string): SshdLine | undefined => {
  if (text.startsWith('Timeout, ')) return readTimeoutLater(text) ?? newLine('ended');
  if (!text.startsWith(before)) return otherLine;
  const peer = readPeerOrAddr(text, text.startsWith(beforeNew) ? beforeNew.length : before.length);
  const line = endOf(peer);
  const pid = /, pid = (\d{1,10})$/.exec(text.slice(-24))?.[1];
  return line === undefined || pid === undefined ? line : { ...line, pid };
};

/** Reads `Bad protocol version identification '…' from %A port %P`. */
export const readBadVersion = (text: string): SshdLine | undefined =>
  text.startsWith('Bad protocol version ') ? endOf(readPeerAtEnd(text)) : otherLine;

/** Reads `Access denied for user %U by PAM account configuration`: the account was refused, and sshd gives up. */
export const readAccessDenied = (): SshdLine => givenUp(newLine('ended'));
