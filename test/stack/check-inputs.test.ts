import { expect } from 'chai';
import { readStackFile } from '../../src/stack/stack-file.js';

const faultsOf = (inputs: string): string[] => {
  const read = readStackFile('s.yaml', `inputs: ${inputs}\n`);
  return read.faults.map(({ where, message }) => `${where}: ${message}`);
};

describe('checkInputs()', () => {
  it('takes what run takes: ports, hosts, zones of their own, patterns', () => {
    expect(
      faultsOf('{ udp: [5514, "[::1]:5514;tz=UTC"], tcp: "*:601", tail: "/var/log/*.log;tz=Europe/Berlin" }'),
    ).to.deep.equal([]);
  });

  it('finds every address, zone and path that is none, with its place', () => {
    const faults = faultsOf('{ udp: [5514, 99999], tcp: "::1:514", tail: ["", "x;tz=Mars/Base"] }');
    expect(faults).to.have.length(4);
    expect(faults[0]).to.match(/^s\.yaml:1:11 inputs\.udp: cannot listen at "99999"/u);
    expect(faults[1]).to.match(/^s\.yaml:1:31 inputs\.tcp: .*brackets/u);
    expect(faults[2]).to.match(/^s\.yaml:1:47 inputs\.tail: no path; /u);
    expect(faults[3]).to.match(/^s\.yaml:1:47 inputs\.tail: unknown time zone Mars\/Base; /u);
  });
});
