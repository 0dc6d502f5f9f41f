/** An IPv4 address as an unsigned 32-bit number, or an IPv6 address as four of them, most significant first. */
export type Address = number | Ipv6;
export type Ipv6 = readonly [number, number, number, number];

/** A network: every address whose first `length` bits are those of `base`. */
export interface Cidr {
  readonly base: Address;
  readonly length: number;
}

const LONGEST_ADDRESS = 45;
const MAPPED = 0xffff;

/** Reads dotted decimal; undefined for anything else, also for leading zeros, which some systems take for octal. */
const parseIpv4 = (text: string): number | undefined => {
  let value = 0;
  let octet = -1;
  let dots = 0;
  if (text.length > 15) return undefined;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (octet < 0 || dots === 3) return undefined;
      value = value * 256 + octet;
      octet = -1;
      dots += 1;
      continue;
    }
    if (code < 48 || code > 57 || octet === 0) return undefined;
    octet = octet < 0 ? code - 48 : octet * 10 + code - 48;
    if (octet > 255) return undefined;
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : undefined;
};

const groupsOf = (text: string, last: boolean): number[] | undefined => {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (last && i === parts.length - 1 && part.includes('.')) {
      const ipv4 = parseIpv4(part);
      if (ipv4 === undefined) return undefined;
      groups.push(ipv4 >>> 16, ipv4 & 0xffff);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
};

const word = (groups: readonly number[], i: number): number => ((groups[i] ?? 0) * 65536 + (groups[i + 1] ?? 0)) >>> 0;

const parseIpv6 = (text: string): Ipv6 | undefined => {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = '', tail] = halves;
  const before = groupsOf(head, tail === undefined);
  const after = groupsOf(tail ?? '', true);
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array<number>(missing).fill(0), ...after];
  return [word(groups, 0), word(groups, 2), word(groups, 4), word(groups, 6)];
};

const isMapped = (words: Ipv6): boolean => words[0] === 0 && words[1] === 0 && words[2] === MAPPED;

/** Reads an IPv4 or IPv6 address without zone; an IPv4-mapped IPv6 address is the IPv4 address (dsiem.md §1). */
export const parseAddress = (text: string): Address | undefined => {
  if (text.length > LONGEST_ADDRESS) return undefined;
  if (!text.includes(':')) return parseIpv4(text);
  const words = parseIpv6(text);
  return words !== undefined && isMapped(words) ? words[3] : words;
};

const longestZeros = (groups: readonly number[]): readonly [number, number] => {
  let best: readonly [number, number] = [-1, 1];
  for (let i = 0; i < groups.length; i += 1) {
    let end = i;
    while (groups[end] === 0) end += 1;
    if (end - i > best[1]) best = [i, end - i];
    i = Math.max(i, end - 1);
  }
  return best;
};

/** The canonical text of an address (RFC 5952 §4). */
export const formatAddress = (address: Address): string => {
  if (typeof address === 'number') {
    return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
  }
  const groups = address.flatMap((value) => [value >>> 16, value & 0xffff]);
  const [start, length] = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (start < 0) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
};

/** The canonical text of an address given as text; undefined where it is none. */
export const canonicalAddress = (text: string): string | undefined => {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  return typeof address === 'number' && !text.includes(':') ? text : formatAddress(address);
};

const maskOf = (bits: number): number => (bits <= 0 ? 0 : bits >= 32 ? 0xffffffff : (0xffffffff << (32 - bits)) >>> 0);
const masked = (value: number, bits: number): number => (value & maskOf(bits)) >>> 0;

/** The address with all bits after the first `length` cleared. */
export const maskAddress = (address: Address, length: number): Address =>
  typeof address === 'number'
    ? masked(address, length)
    : [
        masked(address[0], length),
        masked(address[1], length - 32),
        masked(address[2], length - 64),
        masked(address[3], length - 96),
      ];

/** True for the same address of the same family. */
const sameAddress = (a: Address, b: Address): boolean => {
  if (typeof a === 'number' || typeof b === 'number') return a === b;
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2] && a[3] === b[3];
};

/** True where the address lies in the network; the families never match each other (dsiem.md §3.3). */
export const contains = (cidr: Cidr, address: Address): boolean =>
  typeof cidr.base === typeof address && sameAddress(cidr.base, maskAddress(address, cidr.length));

/** True for a network of one address. */
export const isHost = (cidr: Cidr): boolean => cidr.length === (typeof cidr.base === 'number' ? 32 : 128);

/** Canonical text `address/length`. */
export const formatCidr = (cidr: Cidr): string => `${formatAddress(cidr.base)}/${cidr.length}`;

/** Reads `address` or `address/length`; host bits are masked, and `exact` says whether there were none. */
export const parseCidr = (text: string): (Cidr & { readonly exact: boolean }) | undefined => {
  const slash = text.indexOf('/');
  const addressText = slash < 0 ? text : text.slice(0, slash);
  const address = parseAddress(addressText);
  if (address === undefined) return undefined;
  const bits = typeof address === 'number' ? 32 : 128;
  if (slash < 0) return { base: address, length: bits, exact: true };
  const digits = text.slice(slash + 1);
  if (!/^(?:0|[1-9]\d{0,2})$/.test(digits)) return undefined;
  // A mapped network counts its bits from the front of the IPv6 address.
  const written = typeof address === 'number' && addressText.includes(':') ? Number(digits) - 96 : Number(digits);
  if (written < 0 || written > bits) return undefined;
  const base = maskAddress(address, written);
  return { base, length: written, exact: sameAddress(base, address) };
};
