import { expect } from 'chai';
import { parseAddress, showAddress } from '../../src/inputs/address.js';

describe('parseAddress()', () => {
  const right: readonly [string, string | undefined, number][] = [
    ['5514', undefined, 5514],
    ['0', undefined, 0],
    ['65535', undefined, 65_535],
    ['*:514', undefined, 514],
    ['127.0.0.1:5514', '127.0.0.1', 5514],
    ['0.0.0.0:5514', '0.0.0.0', 5514],
    ['localhost:5514', 'localhost', 5514],
    ['log-1.example.org:6514', 'log-1.example.org', 6514],
    ['[::1]:5514', '::1', 5514],
    ['[::]:5514', '::', 5514],
    ['[fe80::1%eth0]:5514', 'fe80::1%eth0', 5514],
  ];
  for (const [text, host, port] of right) {
    it(`reads ${text}`, () => {
      expect(parseAddress(text)).to.deep.equal({ host, port });
    });
  }

  const wrong: readonly [string, string][] = [
    ['', '"" is no port from 0 to 65535'],
    ['localhost', '"localhost" is no port from 0 to 65535'],
    ['65536', '"65536" is no port'],
    ['1e3', '"1e3" is no port'],
    ['-1', '"-1" is no port'],
    ['127.0.0.1:', '"" is no port'],
    [':5514', 'there is no host before the colon'],
    ['::1:5514', 'an IPv6 address needs brackets'],
    ['[127.0.0.1]:5514', '"127.0.0.1" is no IPv6 address'],
    ['127.0.0.1.5:5514', '"127.0.0.1.5" is no IPv4 address'],
    ['010.0.0.1:5514', '"010.0.0.1" is no IPv4 address'],
    ['300.0.0.1:5514', '"300.0.0.1" is no IPv4 address'],
    ['a b:5514', '"a b" is no host name or address'],
    ['\u001b[31m:5514', 'is no host name or address'],
  ];
  for (const [text, fault] of wrong) {
    it(`refuses ${JSON.stringify(text)}, saying what would be right`, () => {
      const result = parseAddress(text);
      if (!('fault' in result)) return expect.fail('it was accepted');
      expect(result.fault).to.include(fault);
      expect(result.fault).to.include('e.g. 5514, 127.0.0.1:5514 or [::1]:5514');
      expect(result.fault).not.to.match(/[\u0000-\u001f]/);
    });
  }
});

describe('showAddress()', () => {
  it('writes what parseAddress() reads', () => {
    expect(showAddress('127.0.0.1', 5514)).to.equal('127.0.0.1:5514');
    expect(showAddress('::1', 5514)).to.equal('[::1]:5514');
    expect(showAddress(undefined, 5514)).to.equal('*:5514');
  });
});
