import { InputError } from './input.js';

const reasons: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'address already in use; stop the program that has it (see `ss -lnp`) or give another port'],
  ['EACCES', 'permission denied; give a port above 1023, or the right to low ports (CAP_NET_BIND_SERVICE)'],
  ['EPERM', 'permission denied; give a port above 1023, or the right to low ports (CAP_NET_BIND_SERVICE)'],
  ['EADDRNOTAVAIL', 'this machine has no such address; give one of its own, or a bare port for all interfaces'],
  ['EAFNOSUPPORT', 'this machine has no addresses of that kind; give an address of the other IP version'],
  ['ENOTFOUND', 'no such host name; give an IP address of this machine, or a bare port for all interfaces'],
  ['EAI_AGAIN', 'the host name could not be looked up; give an IP address of this machine'],
]);

/** The `code` of a system error, `''` where there is none. */
export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** What to throw where `where` (e.g. `udp 127.0.0.1:5514`) cannot be listened on: says why, and what would be right. */
export const listenError = (where: string, cause: unknown): InputError => {
  const message = cause instanceof Error ? cause.message : String(cause);
  const reason = reasons.get(errorCode(cause)) ?? `${message}; give another address`;
  return new InputError(`cannot listen on ${where}: ${reason}`, { cause });
};

/** Addresses to try in turn: for all interfaces both IP versions on one socket, IPv4 alone where there is no IPv6. */
export const hostsToTry = (host: string | undefined): readonly string[] =>
  host === undefined ? ['::', '0.0.0.0'] : [host];

/** Whether listening failed because the machine has no IPv6. */
export const lacksIpv6 = (error: unknown): boolean =>
  ['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL', 'EPROTONOSUPPORT'].includes(errorCode(error));
