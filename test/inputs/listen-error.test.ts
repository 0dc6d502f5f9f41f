import { expect } from 'chai';
import { InputError } from '../../src/inputs/input.js';
import { hostsToTry, lacksIpv6, listenError } from '../../src/inputs/listen-error.js';

const failure = (code: string): Error => Object.assign(new Error(`bind ${code}`), { code });

describe('listenError()', () => {
  const table: readonly [string, RegExp][] = [
    ['EADDRINUSE', /^cannot listen on udp \*:514: address already in use; .*give another port$/],
    ['EACCES', /^cannot listen on udp \*:514: permission denied; give a port above 1023, or /],
    ['EADDRNOTAVAIL', /: this machine has no such address; give one of its own/],
    ['ENOTFOUND', /: no such host name; give an IP address/],
    ['EWHATEVER', /: bind EWHATEVER; give another address$/],
  ];
  for (const [code, message] of table) {
    it(`says for ${code} what was seen and what would be right`, () => {
      const cause = failure(code);
      const error = listenError('udp *:514', cause);
      expect(error).to.be.instanceOf(InputError);
      expect(error.message).to.match(message);
      expect(error.cause).to.equal(cause);
    });
  }
});

describe('hostsToTry()', () => {
  it('tries both IP versions on one socket first where there is no host, and a given host alone', () => {
    expect(hostsToTry(undefined)).to.deep.equal(['::', '0.0.0.0']);
    expect(hostsToTry('127.0.0.1')).to.deep.equal(['127.0.0.1']);
  });
});

describe('lacksIpv6()', () => {
  it('is true where IPv6 is switched off, and not where the port is taken', () => {
    expect(lacksIpv6(failure('EAFNOSUPPORT'))).to.equal(true);
    expect(lacksIpv6(failure('EADDRNOTAVAIL'))).to.equal(true);
    expect(lacksIpv6(failure('EADDRINUSE'))).to.equal(false);
    expect(lacksIpv6(undefined)).to.equal(false);
  });
});
