import { type Cidr, contains, parseAddress, parseCidr } from '../directives/address.js';

const networks = (...texts: readonly string[]): readonly Cidr[] =>
  texts.map((text) => {
    const cidr = parseCidr(text);
    if (cidr === undefined) throw new Error(`${text} is no network`);
    return cidr;
  });

/** Of the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890), what is not globally reachable; and multicast. */
const special = networks(
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '64:ff9b:1::/48',
  '100::/64',
  '100:0:0:1::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
);

/** Globally reachable parts of networks above, by the same registries. */
const reachable = networks(
  '192.0.0.9/32',
  '192.0.0.10/32',
  '2001:1::1/128',
  '2001:1::2/128',
  '2001:1::3/128',
  '2001:3::/32',
  '2001:4:112::/48',
  '2001:20::/28',
  '2001:30::/28',
);

/** True for addresses that mean nothing to the world outside: private, documentation, loopback, multicast and the like. */
export const isSpecialPurpose = (text: string): boolean => {
  const address = parseAddress(text);
  if (address === undefined) return true;
  return (
    special.some((network) => contains(network, address)) && !reachable.some((network) => contains(network, address))
  );
};
