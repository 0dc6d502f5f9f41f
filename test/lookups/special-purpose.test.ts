import { expect } from 'chai';
import { isSpecialPurpose } from '../../src/lookups/special-purpose.js';

describe('isSpecialPurpose()', () => {
  it('holds for what is private, reserved, documentation or multicast', () => {
    const special =
      '0.0.0.0 10.1.2.3 100.64.0.1 100.127.255.255 127.0.0.1 169.254.1.1 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 ' +
      '192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.7 224.0.0.251 239.1.1.1 240.0.0.1 255.255.255.255 ' +
      ':: ::1 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002::1 3fff::1 5f00::1 fc00::1 fd12::1 fe80::1 ff02::1 ::ffff:10.0.0.1';
    for (const address of special.split(' ')) expect(isSpecialPurpose(address), address).to.equal(true);
  });

  it('does not hold for what the world can reach', () => {
    const reachable =
      '1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 172.15.255.255 172.32.0.0 192.0.0.9 192.0.0.10 192.31.196.1 ' +
      '192.167.255.255 198.17.255.255 198.20.0.0 223.255.255.255 64:ff9b::808:808 2001:1::1 2001:20::1 2001:200::1 ' +
      '2600::1 2a00:1450::1 ::ffff:8.8.8.8';
    for (const address of reachable.split(' ')) expect(isSpecialPurpose(address), address).to.equal(false);
  });

  it('holds for what is no address', () => {
    expect(isSpecialPurpose('example')).to.equal(true);
  });
});
