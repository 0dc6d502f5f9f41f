import { expect } from 'chai';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { canonicalAddress, contains, formatCidr, parseAddress, parseCidr } from '../../src/directives/address.js';

const groups = fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 });

describe('canonicalAddress()', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['10.0.0.1', '10.0.0.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['010.0.0.1', undefined],
    ['10.0.0.01', undefined],
    ['256.0.0.1', undefined],
    ['10.0.0', undefined],
    ['10.0.0.1.', undefined],
    ['10..0.1', undefined],
    ['10.0.0.1 ', undefined],
    ['0x7f.0.0.1', undefined],
    ['', undefined],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8:0::1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::ffff:8.8.8.8', '8.8.8.8'],
    ['::FFFF:808:808', '8.8.8.8'],
    ['::ffff:010.0.0.1', undefined],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
    ['1:2:3:4:5:6:7', undefined],
    ['1:2:3:4:5:6:7:8:9', undefined],
    ['1:2:3:4::5:6:7:8', undefined],
    ['1::2::3', undefined],
    [':::', undefined],
    [':1:2:3:4:5:6:7', undefined],
    ['12345::', undefined],
    ['fe80::1%eth0', undefined],
    ['g::', undefined],
    [`${'1:'.repeat(1000)}:`, undefined],
  ];
  for (const [text, expected] of cases) {
    it(`makes ${expected ?? 'nothing'} of ${JSON.stringify(text.slice(0, 40))}`, () =>
      expect(canonicalAddress(text)).to.equal(expected));
  }

  it('writes IPv6 as RFC 5952 wants it, as another library does', () => {
    fc.assert(
      fc.property(groups, (parts) => {
        const other = new ipaddr.IPv6(parts);
        if (other.isIPv4MappedAddress()) return;
        expect(canonicalAddress(other.toNormalizedString())).to.equal(other.toRFC5952String());
        expect(canonicalAddress(other.toRFC5952String())).to.equal(other.toRFC5952String());
      }),
    );
  });
});

describe('parseCidr()', () => {
  const cases: readonly (readonly [string, string | undefined, boolean?])[] = [
    ['10.0.0.0/8', '10.0.0.0/8', true],
    ['10.1.2.3/8', '10.0.0.0/8', false],
    ['10.1.2.3', '10.1.2.3/32', true],
    ['0.0.0.0/0', '0.0.0.0/0', true],
    ['2001:db8::1/32', '2001:db8::/32', false],
    ['::1', '::1/128', true],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8', true],
    ['::ffff:10.0.0.0/90', undefined],
    ['10.0.0.0/33', undefined],
    ['10.0.0.0/08', undefined],
    ['10.0.0.0/', undefined],
    ['::/129', undefined],
    ['10.0.0.0/8/8', undefined],
  ];
  for (const [text, expected, exact] of cases) {
    it(`makes ${expected ?? 'nothing'} of ${text}`, () => {
      const cidr = parseCidr(text);
      expect(cidr && formatCidr(cidr)).to.equal(expected);
      expect(cidr?.exact).to.equal(exact);
    });
  }
});

describe('contains()', () => {
  it('agrees with another library on IPv6', () => {
    fc.assert(
      fc.property(groups, groups, fc.nat(128), fc.nat(128), (one, network, length, shared) => {
        const bits = (parts: readonly number[]) => parts.map((part) => part.toString(2).padStart(16, '0')).join('');
        const mixed = bits(network).slice(0, shared) + bits(one).slice(shared);
        const words = mixed.match(/.{16}/g)!.map((word) => Number.parseInt(word, 2));
        const [address, base] = [new ipaddr.IPv6(words), new ipaddr.IPv6(network)];
        if (address.isIPv4MappedAddress() || base.isIPv4MappedAddress()) return;
        const cidr = parseCidr(`${base.toString()}/${length}`)!;
        expect(contains(cidr, parseAddress(address.toString())!)).to.equal(address.match(base, length));
      }),
    );
  });

  it('never matches one family with the other', () => {
    expect(contains(parseCidr('::/0')!, parseAddress('10.0.0.1')!)).to.equal(false);
    expect(contains(parseCidr('0.0.0.0/0')!, parseAddress('::1')!)).to.equal(false);
  });
});
