import { expect } from 'chai';
import { findDrops, localAddressHex } from '../../src/inputs/kernel-drops.js';

const udp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  100: 0100007F:158A 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 111 2 0000000000000000 7
  101: 0100007F:158A 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 222 2 0000000000000000 9
  102: 00000000:158A 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 333 2 0000000000000000 11
`;

describe('localAddressHex()', () => {
  it('writes addresses as the kernel does, on a little-endian machine', () => {
    expect(localAddressHex({ address: '127.0.0.1', port: 5514, family: 4 })).to.equal('0100007F:158A');
    expect(localAddressHex({ address: '::', port: 514, family: 6 })).to.equal(`${'0'.repeat(32)}:0202`);
    expect(localAddressHex({ address: '::1', port: 80, family: 6 })).to.equal(`${'0'.repeat(24)}01000000:0050`);
    expect(localAddressHex({ address: 'fe80::1%eth0', port: 80, family: 6 })).to.equal(
      '000080FE000000000000000001000000:0050',
    );
  });
});

describe('findDrops()', () => {
  it('finds the socket by its address and, among several, by its inode', () => {
    expect(findDrops(udp, '0100007F:158A', new Set(['222', '5']))).to.equal(9);
    expect(findDrops(udp, '00000000:158A', new Set(['333']))).to.equal(11);
  });

  it('goes by the address alone where no inodes are known', () => {
    expect(findDrops(udp, '0100007F:158A', new Set())).to.equal(7);
  });

  it('knows nothing of a socket that is not there, or of a table that is none', () => {
    expect(findDrops(udp, '0100007F:158B', new Set())).to.equal(undefined);
    expect(findDrops(udp, '0100007F:158A', new Set(['444']))).to.equal(undefined);
    expect(findDrops('', '0100007F:158A', new Set())).to.equal(undefined);
    expect(findDrops('1: 0100007F:158A cut', '0100007F:158A', new Set())).to.equal(undefined);
  });
});
