import type { AddressCache, HostAddresses } from './addresses.js';
import { ownCopy } from './own-copy.js';
import type { Get } from './template.js';
import { textHash } from './text-hash.js';

/** Longest text a field of an event has, in UTF-16 units; longer ones are cut. */
const LONGEST_FIELD = 1_024;
const HASHED_SIDS = 1_000_000_000;
const LARGEST_SID = 2_147_483_647;

/** A text cut to what a field may have, without the line it came from. */
export const boundedText = (text: string): string =>
  ownCopy(text.length > LONGEST_FIELD ? text.slice(0, LONGEST_FIELD) : text);

/** A sid as it stands; any other text becomes one from 1,000,000,000 to 1,999,999,999, always the same; 0 for no text. */
export const readSid = (text: string): number => {
  if (/^[0-9]{1,10}$/.test(text)) {
    const number = Number(text);
    if (number >= 1 && number <= LARGEST_SID) return number;
  }
  return text === '' ? 0 : HASHED_SIDS + (textHash(text) % HASHED_SIDS);
};

/** A port as it stands; 0 for no text, −1 for a text that is no port. */
export const readPort = (text: string): number => {
  if (text.length > 5) return -1;
  let port = 0;
  for (let i = 0; i < text.length; i += 1) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    port = port * 10 + digit;
  }
  return port > 65_535 ? -1 : port;
};

/** Protocols as devices write them instead of their names: IANA's numbers, and small letters. */
const protocols: ReadonlyMap<string, string> = new Map([
  ...Object.entries({ 1: 'ICMP', 2: 'IGMP', 6: 'TCP', 17: 'UDP', 47: 'GRE', 50: 'ESP', 58: 'IPv6-ICMP', 132: 'SCTP' }),
  ...Object.entries({ tcp: 'TCP', udp: 'UDP', icmp: 'ICMP', 'ipv6-icmp': 'IPv6-ICMP', icmpv6: 'IPv6-ICMP' }),
]);

/** A protocol under the name directives ask for (`TCP`, `UDP`, `ICMP`), also of its number; any other text as it stands. */
export const protocolName = (text: string): string => protocols.get(text) ?? text;

/** The first of several fields that is an address; "" where none is. `notAddress` then is the first text that was there instead. */
export class AddressField<F> {
  address = '';
  notAddress = '';
  readonly #candidates: readonly Get<F>[];
  readonly #addresses: AddressCache;

  constructor(candidates: readonly Get<F>[], addresses: AddressCache) {
    this.#candidates = candidates;
    this.#addresses = addresses;
  }

  read(fields: F): void {
    this.address = '';
    this.notAddress = '';
    for (const candidate of this.#candidates) {
      const text = candidate(fields);
      if (text === '') continue;
      const address = this.#addresses.get(text);
      if (address !== undefined) {
        this.address = address;
        this.notAddress = '';
        return;
      }
      if (this.notAddress === '') this.notAddress = text;
    }
  }
}

/** The address a destination's name stands for; 0.0.0.0 where none is known. */
export const namedAddress = (name: string, hosts: HostAddresses): string => hosts.named(name) ?? '0.0.0.0';
