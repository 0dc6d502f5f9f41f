import { expect } from 'chai';
import { fillTemplate, templateFault } from '../../src/lookups/url-template.js';

describe('templateFault()', () => {
  for (const [url, markers, fault] of [
    ['http://wise:8081/ip/${ip}', ['ip'], undefined],
    ['https://user:pass@wise/?q=${ip}&again=${ip}', ['ip'], undefined],
    ['http://nesd:8081/?ip=${ip}&port=${port}', ['ip', 'port'], undefined],
    ['ftp://wise/${ip}', ['ip'], /http:\/\/ or https:\/\//],
    ['file:///etc/${ip}', ['ip'], /http:\/\/ or https:\/\//],
    ['http://${ip}/', ['ip'], /fixed host/],
    ['http://wise:${port}/${ip}', ['ip', 'port'], /fixed host/],
    ['http://${ip}:1@wise/', ['ip'], /fixed host/],
    ['http://wise/${host}/${ip}', ['ip'], /\$\{host\} is not known, \$\{ip\} would/],
    ['http://wise/', ['ip'], /\$\{ip\} is missing/],
    ['http://nesd/${ip}', ['ip', 'port'], /\$\{port\} is missing/],
    ['http://:8081/${ip}', ['ip'], /no URL/],
  ] as const) {
    it(`says ${fault === undefined ? 'nothing' : String(fault)} of ${url}`, () => {
      const said = templateFault(url, markers);
      if (fault === undefined) expect(said).to.equal(undefined);
      else expect(said).to.match(fault);
    });
  }
});

describe('fillTemplate()', () => {
  it('encodes what it fills in', () => {
    expect(fillTemplate('http://n/?ip=${ip}&port=${port}', { address: '2001:db8::1', port: '80' }).href).to.equal(
      'http://n/?ip=2001%3Adb8%3A%3A1&port=80',
    );
    expect(fillTemplate('http://n/${ip}', { address: '../a?b#c&d' }).href).to.equal('http://n/..%2Fa%3Fb%23c%26d');
  });
});
