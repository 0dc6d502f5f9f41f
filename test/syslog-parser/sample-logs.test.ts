import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { ParsedRecord } from '../../src/syslog-parser/index.js';
import { parse } from './support/said.js';

const folder = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

describe('parseSyslog() on real logs', function () {
  before(function () {
    if (existsSync(folder)) return;
    console.log('      skipped: the sample logs are not at ../shared/data beside the project');
    this.skip();
  });

  function read(name: string): ParsedRecord[] {
    const lines = readFileSync(folder + name, 'utf8').split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines.map((line) => parse(line, { year: 2015 }));
  }

  function count(records: readonly ParsedRecord[], key: (record: ParsedRecord) => string): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const record of records) counts[key(record)] = (counts[key(record)] ?? 0) + 1;
    return counts;
  }

  it('OpenSSH_2k.log: every line is sshd’s, in order, without fault', () => {
    const records = read('OpenSSH_2k.log');
    expect(records).to.have.length(2000);
    expect(
      count(records, (r) => `${r.host} ${r.app} ${r.fault} ${r.pid !== undefined} ${r.timeStamped}`),
    ).to.deep.equal({
      'LabSZ sshd undefined true true': 2000,
    });
    expect(records[0]).to.include({ time: Date.UTC(2015, 11, 10, 6, 55, 46), pid: '24200' });
    expect(records.every((record, i) => i === 0 || record.time >= (records[i - 1]?.time ?? 0))).to.equal(true);
    expect(records.some((record) => /[\r\n]$/.test(record.message))).to.equal(false);
  });

  it('the captures: RFC 5424 without fault', () => {
    for (const [name, number] of [
      ['sshd-1.cap', 16],
      ['sudo.cap', 128],
    ] as const) {
      const records = read(name);
      expect(count(records, (r) => `${r.host} ${r.fault} ${r.app !== undefined} ${r.timeStamped}`)).to.deep.equal({
        'giganode1 undefined true true': number,
      });
    }
    const [first] = read('sshd-1.cap');
    expect(first).to.include({
      time: Date.UTC(2023, 1, 20, 20, 12, 47, 757),
      facility: 10,
      severity: 6,
      app: 'sshd',
      pid: '2540460',
    });
  });

  it('Linux_2k.log: the apps a person would read', () => {
    const records = read('Linux_2k.log');
    expect(count(records, (r) => `${r.host} ${r.fault} ${r.timeStamped}`)).to.deep.equal({
      'combo undefined true': 2000,
    });
    expect(count(records, (r) => r.app ?? r.message)).to.deep.equal({
      'sshd(pam_unix)': 677,
      'su(pam_unix)': 172,
      'login(pam_unix)': 2,
      'gdm(pam_unix)': 2,
      'gdm-binary': 1,
      ftpd: 916,
      kernel: 76,
      klogind: 46,
      logrotate: 43,
      named: 16,
      cups: 12,
      udev: 8,
      bluetooth: 2,
      gpm: 2,
      network: 2,
      syslog: 2,
      xinetd: 2,
      hcid: 1,
      irqbalance: 1,
      nfslock: 1,
      portmap: 1,
      random: 1,
      rc: 1,
      'rpc.statd': 1,
      rpcidmapd: 1,
      sdpd: 1,
      snmpd: 1,
      sysctl: 1,
      // Two words are no tag, so these have none.
      'syslogd 1.4.1: restart.': 7,
      ' -- root[2421]: ROOT LOGIN ON tty2': 1,
    });
  });
});
