import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Cidr,
  contains,
  formatAddress,
  formatCidr,
  isHost,
  maskAddress,
  parseCidr,
} from '../../src/directives/address.js';
import { AddressListBuilder } from '../../src/lookups/address-list.js';

const listOf = (entries: readonly (readonly [string, string])[]) => {
  const builder = new AddressListBuilder();
  for (const [cidr, text] of entries) builder.add(parseCidr(cidr)!, text);
  return builder.build();
};

describe('AddressList.find()', () => {
  it('gives the text of the narrowest network', () => {
    const list = listOf([
      ['0.0.0.0/0', 'all'],
      ['198.51.100.0/24', 'net'],
      ['198.51.100.7', 'host'],
      ['255.255.255.255', 'last'],
      ['2001:db8::/32', 'six'],
      ['2001:db8::1', 'six host'],
    ]);
    const found = [
      '198.51.100.7',
      '198.51.100.8',
      '8.8.8.8',
      '255.255.255.255',
      '2001:db8::1',
      '2001:db8:ffff::',
      '2001:db9::',
    ];
    expect(found.map((address) => list.find(address))).to.deep.equal([
      'host',
      'net',
      'all',
      'last',
      'six host',
      'six',
      undefined,
    ]);
    expect(list.size).to.equal(6);
  });

  it('says where an address without a text is listed', () => {
    const list = listOf([
      ['198.51.100.0/24', ''],
      ['8.8.8.8', ''],
      ['2001:db8::/32', ''],
    ]);
    expect(['198.51.100.1', '8.8.8.8', '2001:db8::5', 'nonsense'].map((address) => list.find(address))).to.deep.equal([
      'listed in 198.51.100.0/24',
      'listed',
      'listed in 2001:db8::/32',
      undefined,
    ]);
  });

  it('gives the first of several texts for the same network', () => {
    expect(
      listOf([
        ['8.8.8.8', 'b'],
        ['8.8.8.8', 'a'],
        ['::8', 'b'],
        ['::8', 'a'],
      ]).find('8.8.8.8'),
    ).to.equal('b');
    expect(
      listOf([
        ['::8', 'b'],
        ['::8', 'a'],
      ]).find('::8'),
    ).to.equal('b');
  });

  it('finds what a look at every network finds', () => {
    const word = fc.constantFrom(0, 1, 0x7f, 0x80000000, 0xffffffff);
    const cidr = fc.oneof(
      fc.tuple(word, fc.constantFrom(0, 1, 8, 24, 31, 32)),
      fc.tuple(fc.tuple(word, word, word, word), fc.constantFrom(0, 1, 32, 33, 64, 127, 128)),
    );
    fc.assert(
      fc.property(fc.array(cidr, { maxLength: 30 }), fc.array(cidr, { maxLength: 30 }), (given, asked) => {
        const networks: Cidr[] = given.map(([base, length]) => ({ base: maskAddress(base, length), length }));
        const builder = new AddressListBuilder();
        for (const network of networks) builder.add(network, formatCidr(network));
        const list = builder.build();
        for (const [address] of asked) {
          const best = networks
            .filter((network) => contains(network, address))
            .sort((a, b) => b.length - a.length || Number(isHost(b)) - Number(isHost(a)))[0];
          // ::ffff:0:0/96 and below are IPv4 when read from text.
          if (typeof address !== 'number' && address[0] === 0 && address[1] === 0) continue;
          expect(list.find(formatAddress(address))).to.equal(best && formatCidr(best));
        }
      }),
    );
  });
});
