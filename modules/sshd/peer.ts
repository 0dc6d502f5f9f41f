/** Where a line names the peer: from index `start` up to `end`. */
export interface Peer {
  /** `''` where sshd could not tell (`UNKNOWN`): the port is none then, either. */
  readonly addr: string;
  /** 0 where the line has none. */
  readonly port: number;
  readonly start: number;
  readonly end: number;
}

/** Longest host name (RFC 1035 §2.3.4) or address with zone. */
const addrLimit = 255;
const portWord = ' port ';

const isAddrCode = (code: number): boolean =>
  (code >= 48 && code <= 58) || // digits and the colon
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  code === 46 || // .
  code === 45 || // -
  code === 95 || // _
  code === 37; // %, before an IPv6 zone

/** The index after the address or host name at `start`; `start` itself where there is none. */
export const addrEnd = (text: string, start: number): number => {
  const limit = Math.min(text.length, start + addrLimit + 1);
  let at = start;
  while (at < limit && isAddrCode(text.charCodeAt(at))) at += 1;
  return at - start > addrLimit ? start : at;
};

const unknown = 'UNKNOWN';
const mapped = '::ffff:';

/** The address or host name in a part of a text; an IPv4-mapped IPv6 address as the IPv4 address it is, whichever sshd wrote. */
export const addrIn = (text: string, start: number, end: number): string =>
  text.charCodeAt(start) === 58 && text.startsWith(mapped, start) && text.slice(start, end).includes('.')
    ? text.slice(start + mapped.length, end)
    : text.slice(start, end);

const peerIn = (text: string, start: number, addrEndsAt: number, port: number, end: number): Peer => {
  const addr = addrIn(text, start, addrEndsAt);
  return addr === unknown ? { addr: '', port: 0, start, end } : { addr, port, start, end };
};

/** Reads `%A port %P` at `start`; a port has at most five digits and is 1 to 65535. */
export const readPeer = (text: string, start: number): Peer | undefined => {
  const end = addrEnd(text, start);
  if (end === start || !text.startsWith(portWord, end)) return undefined;
  const first = end + portWord.length;
  const portAt = text.startsWith('-1', first) ? first + 1 : first; // of UNKNOWN
  let at = portAt;
  let port = 0;
  while (at < text.length && at - portAt < 6) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) break;
    port = port * 10 + digit;
    at += 1;
  }
  return port > 0 && port <= 65_535 ? peerIn(text, start, end, port, at) : undefined;
};

/** Reads `%A[ port %P]` at `start`. A colon that ends the address belongs to the sentence (`from 192.0.2.1: 11: bye`). */
export const readPeerOrAddr = (text: string, start: number): Peer | undefined => {
  const peer = readPeer(text, start);
  if (peer !== undefined) return peer;
  let end = addrEnd(text, start);
  if (end > start && text.charCodeAt(end - 1) === 58 && text.charCodeAt(end - 2) !== 58) end -= 1;
  return end === start ? undefined : peerIn(text, start, end, 0, end);
};

/** Reads `%A[ port %P]` that ends exactly at the end of the text. */
export const readPeerAtEnd = (text: string): Peer | undefined => {
  const lastSpace = text.lastIndexOf(' ');
  const portAt = lastSpace - portWord.length + 1;
  if (portAt > 0 && text.startsWith(portWord, portAt)) {
    const start = text.lastIndexOf(' ', portAt - 1) + 1;
    const peer = readPeer(text, start);
    return peer?.end === text.length ? peer : undefined;
  }
  const start = lastSpace + 1;
  const end = addrEnd(text, start);
  return end === start || end < text.length ? undefined : peerIn(text, start, end, 0, end);
};

/** An address, and not a host name that stands in its place. */
export const isAddress = (addr: string): boolean => addr.includes(':') || /^[0-9.]+$/.test(addr);
