import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';

const most = 16_384;

/** Addresses as text, each made once. Bounded, for peers can be forged: full, it forgets all. */
export class PeerAddresses {
  readonly #ipv4 = new Map<number, string>();
  readonly #ipv6 = new Map<string, string>();

  /** The text of an IPv4 address given as a number, its first byte highest. */
  ipv4(address: number): string {
    let text = this.#ipv4.get(address);
    if (text === undefined) {
      text = `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
      if (this.#ipv4.size >= most) this.#ipv4.clear();
      this.#ipv4.set(address, text);
    }
    return text;
  }

  /** The text of 16 bytes (RFC 5952); a link-local one names its interface (RFC 4007 §11); IPv4 in IPv6 is shown as IPv4. */
  ipv6(bytes: Uint8Array, scope: number): string {
    const key = `${Buffer.from(bytes).toString('latin1')}${scope}`;
    let text = this.#ipv6.get(key);
    if (text === undefined) {
      const address = new ipaddr.IPv6([...bytes]);
      if (address.isIPv4MappedAddress()) text = address.toIPv4Address().toString();
      else text = scope === 0 ? address.toRFC5952String() : `${address.toRFC5952String()}%${interfaceName(scope)}`;
      if (this.#ipv6.size >= most) this.#ipv6.clear();
      this.#ipv6.set(key, text);
    }
    return text;
  }
}

const interfaceName = (scope: number): string => {
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    if (addresses?.some((address) => address.family === 'IPv6' && address.scopeid === scope) === true) return name;
  }
  return String(scope);
};
