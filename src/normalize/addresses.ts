import { canonicalAddress } from '../directives/address.js';
import type { LogRecord } from '../record.js';

const CACHED = 10_000;
/** Longest text looked at: 45 characters of address and a zone (RFC 4007 §11). */
const LONGEST = 110;

const withoutZone = (text: string): string => {
  const zone = text.indexOf('%');
  return zone > 0 && text.includes(':') ? text.slice(0, zone) : text;
};

/** The canonical form of an address found in a log line (RFC 5952, zone dropped, IPv4-mapped as IPv4); undefined where it is none. */
export const addressInText = (text: string): string | undefined =>
  text.length > LONGEST ? undefined : canonicalAddress(withoutZone(text));

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

/** Canonical addresses, remembered by their text: the same few appear again and again. */
export class AddressCache {
  readonly #known = new Map<string, string | undefined>();

  /** As `addressInText`. */
  get(text: string): string | undefined {
    const known = this.#known.get(text);
    if (known !== undefined || this.#known.has(text)) return known;
    const address = addressInText(text);
    if (this.#known.size >= CACHED) this.#known.clear();
    if (text.length <= LONGEST) this.#known.set(text, address);
    return address;
  }
}

/** What is known of hosts beside what their records say. */
export interface HostAddressOptions {
  /** The address of a host by its name: an asset or an entry of `hosts:`. */
  readonly hosts?: ((name: string) => string | undefined) | undefined;
  /** Where nothing else is known. */
  readonly defaultDestination: string;
}

/** The address of the host a record is about (sshd.md, The plugin): by its name, its name itself, its sender unless loopback, the default. */
export class HostAddresses {
  readonly #options: HostAddressOptions;
  readonly #known = new Map<string, { readonly peer: string | undefined; readonly address: string }>();

  constructor(options: HostAddressOptions) {
    this.#options = options;
  }

  of(record: LogRecord): string {
    const host = record.host ?? '';
    const known = this.#known.get(host);
    if (known !== undefined && known.peer === record.peer) return known.address;
    const address = this.#find(host, record.peer);
    if (this.#known.size >= CACHED) this.#known.clear();
    this.#known.set(host, { peer: record.peer, address });
    return address;
  }

  /** The address of a name, where one is known. */
  named(name: string): string | undefined {
    const address = this.#options.hosts?.(name);
    return address === undefined ? undefined : addressInText(address);
  }

  #find(host: string, peer: string | undefined): string {
    const own = host === '' ? undefined : (this.named(host) ?? addressInText(host));
    if (own !== undefined) return own;
    const sender = peer === undefined ? undefined : addressInText(peer);
    return sender !== undefined && !isLoopback(sender) ? sender : this.#options.defaultDestination;
  }
}
