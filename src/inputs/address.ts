import { isIP, isIPv6 } from 'node:net';

/** A place to listen at. Without a host: all interfaces. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

/** What is wrong with an address, in words for people. */
export interface AddressFault {
  readonly fault: string;
}

const shapes = 'give port, host:port or [IPv6]:port, e.g. 5514, 127.0.0.1:5514 or [::1]:5514';
const hostName = /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?$/;

/** Reads `[host:]port` or `[IPv6]:port`; a bare port, and the host `*`, mean all interfaces, port 0 any free one. */
export const parseAddress = (text: string): ListenAddress | AddressFault => {
  const { host, port: digits } = split(text);
  const fault = hostFault(host);
  if (fault !== undefined) return { fault: `cannot listen at ${quote(text)}: ${fault}` };
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : Number.NaN;
  if (!(port <= 65_535)) {
    return { fault: `cannot listen at ${quote(text)}: ${quote(digits)} is no port from 0 to 65535; ${shapes}` };
  }
  return { host: host === '*' ? undefined : host?.replace(/^\[(.*)\]$/, '$1'), port };
};

/** Writes an address as people and `parseAddress` read it: `127.0.0.1:5514`, `[::1]:5514`, `*:5514`. */
export const showAddress = (host: string | undefined, port: number): string =>
  `${host === undefined ? '*' : isIPv6(host) ? `[${host}]` : host}:${port}`;

const split = (text: string): { host: string | undefined; port: string } => {
  const colon = text.lastIndexOf(':');
  return { host: colon === -1 ? undefined : text.slice(0, colon), port: text.slice(colon + 1) };
};

const hostFault = (host: string | undefined): string | undefined => {
  if (host === undefined || host === '*' || isIP(host) === 4) return undefined;
  if (host === '') return `there is no host before the colon; ${shapes}`;
  const bracketed = /^\[(.*)\]$/.exec(host)?.[1];
  if (bracketed !== undefined) {
    return isIPv6(bracketed) ? undefined : `${quote(bracketed)} is no IPv6 address; ${shapes}`;
  }
  if (host.includes(':')) return `an IPv6 address needs brackets; ${shapes}`;
  if (/^[\d.]+$/.test(host)) return `${quote(host)} is no IPv4 address; ${shapes}`;
  return hostName.test(host) ? undefined : `${quote(host)} is no host name or address; ${shapes}`;
};

const quote = (text: string): string => JSON.stringify(text.slice(0, 200));
