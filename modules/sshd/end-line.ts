import { type SshdLine, otherLine, sshdLine } from './line.js';
import { type Peer, readPeer, readPeerAtEnd, readPeerOrAddr } from './peer.js';

const invalid = 'invalid user ';
const tooMany = 'Too many authentication failures';
const ended = sshdLine('ended');

const endOf = (peer: Peer | undefined): SshdLine | undefined =>
  peer === undefined ? undefined : sshdLine('ended', { addr: peer.addr, port: peer.port });

/** A reader of lines that begin with `prefix` and then name the peer: what follows it is not looked at. */
export const readPeerAfter =
  (prefix: string) =>
  (text: string): SshdLine | undefined =>
    text.startsWith(prefix) ? endOf(readPeerOrAddr(text, prefix.length)) : otherLine;

/** A reader of lines that begin with `prefix` and end with the peer; what stands between may be a user's name. */
export const readPeerLast =
  (prefix: string) =>
  (text: string): SshdLine | undefined => {
    if (!text.startsWith(prefix)) return otherLine;
    const peer = readPeerAtEnd(text);
    if (peer === undefined || peer.start < prefix.length) return undefined;
    const invalidUser = text.startsWith(invalid, prefix.length) && peer.start >= prefix.length + invalid.length;
    const user = invalidUser ? text.slice(prefix.length + invalid.length, peer.start - 1) : '';
    return sshdLine('ended', { addr: peer.addr, port: peer.port, invalidUser, user });
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
export const readPeerBeforeReason = (text: string): SshdLine => endOf(onlyPeer(text)) ?? ended;

/** Reads `Disconnecting[ authenticating user %U| invalid user %U| user %U][ %A port %P]: REASON`. */
export const readDisconnecting = (text: string): SshdLine => {
  if (text.startsWith(`Disconnecting: ${tooMany}`)) return sshdLine('ended', { tooMany: true });
  if (text.startsWith('Disconnecting:')) return ended;
  if (!text.endsWith(`: ${tooMany}`)) return readPeerBeforeReason(text);
  const line = readPeerLast('Disconnecting ')(text.slice(0, -tooMany.length - 2));
  return sshdLine('ended', { ...line, tooMany: true });
};

const before = 'Timeout before authentication for ';
const beforeNew = `${before}connection from `;

/** Reads `Timeout before authentication for [connection from ]%A[ port %P]…[, pid = N]` and `Timeout, client not responding …`. */
export const readTimeout = (text: string): SshdLine | undefined => {
  if (!text.startsWith(before))
    return text.startsWith('Timeout, ') ? (readPeerLast('Timeout, ')(text) ?? ended) : otherLine;
  const peer = readPeerOrAddr(text, text.startsWith(beforeNew) ? beforeNew.length : before.length);
  if (peer === undefined) return undefined;
  const pid = /, pid = (\d{1,10})$/.exec(text.slice(-24));
  return sshdLine('ended', { addr: peer.addr, port: peer.port, pid: pid?.[1] ?? '' });
};

/** Reads `Bad protocol version identification '…' from %A port %P`. */
export const readBadVersion = (text: string): SshdLine | undefined =>
  text.startsWith('Bad protocol version ') ? endOf(readPeerAtEnd(text)) : otherLine;

/** Reads `Access denied for user %U by PAM account configuration`: the account was refused, and sshd gives up. */
export const readAccessDenied = (): SshdLine => sshdLine('ended', { tooMany: true });
