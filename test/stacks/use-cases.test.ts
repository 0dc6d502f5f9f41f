import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Directive, loadAssets, loadDirectives } from '../../src/directives/index.js';
import type { ResolvedStack } from '../../src/stack/resolve.js';
import { golden } from '../support/golden.js';
import { sharedLog } from '../support/shared-data.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { type Replayed, replayed, shippedStack } from './support.js';

const samples = new URL('../golden/directives/', import.meta.url);
const shipped = new URL('../../stacks/dsiem/', import.meta.url);

const filesOf = (prefix: string): { file: string; text: string }[] =>
  readdirSync(shipped)
    .filter((file) => file.startsWith(prefix))
    .sort()
    .map((file) => ({ file, text: readFileSync(new URL(file, shipped), 'utf8') }));
const { directives } = loadDirectives(filesOf('directives_'));

/** Every sample: the directive it is written for, and each alarm it gives with the stages finished, counted by hand. */
const useCases: readonly (readonly [id: number, sample: string, alarms: Readonly<Record<string, number>>])[] = [
  [10101, 'ssh-brute-force', { 'SSH brute force from 203.0.113.9': 3 }],
  [10102, 'local-failures', { 'Repeated failed logins on 127.0.0.1 from 127.0.0.1': 2 }],
  [10103, 'web-login-brute-force', { 'Brute force from 203.0.113.50': 2 }],
  [10111, 'password-spraying', { 'Password spraying from 203.0.113.60': 2 }],
  [10112, 'one-user-many-addresses', { 'Many addresses guess the password of one user': 2 }],
  [
    10121,
    'login-after-failures',
    {
      'SSH brute force from 203.0.113.70': 2,
      'SSH login from 203.0.113.70 after failures': 3,
      'SSH brute force from 203.0.113.72': 2,
    },
  ],
  [
    10122,
    'login-after-brute-force',
    { 'SSH brute force from 203.0.113.80': 3, 'SSH login from 203.0.113.80 after brute force': 3 },
  ],
  [10131, 'user-enumeration', { 'SSH user enumeration from 203.0.113.90': 2 }],
  [10201, 'port-scan', { 'Port scan from 203.0.113.110': 2 }],
  [10202, 'port-scan-behind-server-port', { 'Port scan from 203.0.113.120 behind the port of a server': 2 }],
  [10211, 'ping-flood', { 'Ping flood from 192.168.1.20': 2 }],
  [10301, 'web-scan', { 'Web scan from 203.0.113.130': 2 }],
  [10401, 'sudo-denials', { 'Repeated sudo denials on 127.0.0.1': 2 }],
  [10402, 'new-account-privileged-group', { 'New account gets privileges on 127.0.0.1': 2 }],
  [10403, 'new-account-uses-privileges', { 'New account uses privileges on 127.0.0.1': 2 }],
];

const isNamedBy = ({ name }: Directive, title: string): boolean => {
  const literals = name.split(/SRC_IP|DST_IP/u).map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/gu, '\\$&'));
  return new RegExp(`^${literals.join('\\S+')}$`, 'u').test(title);
};

describe('the shipped use cases', () => {
  const temporary = temporaryDirs();
  let stack: ResolvedStack;

  before(async () => {
    stack = await shippedStack('');
  });

  const run = (path: string, year: number): Promise<Replayed> => replayed(stack, { path, year, out: temporary.dir() });

  it('load without a fault and without a warning', () => {
    expect(stack.warnings).to.deep.equal([]);
    const { faults, warnings } = loadAssets(filesOf('assets_'));
    expect([...faults, ...warnings]).to.deep.equal([]);
  });

  it('have one sample each', () => {
    expect(useCases.map(([id]) => id)).to.deep.equal(directives.map(({ id }) => id));
    const logs = readdirSync(samples).filter((name) => name.endsWith('.log') && name !== 'ordinary-work.log');
    expect(logs.sort()).to.deep.equal(useCases.map(([, name]) => `${name}.log`).sort());
  });

  for (const [id, name, expected] of useCases) {
    it(`${id}: ${name}.log raises the golden alarms, and no others`, async () => {
      const { text, stages } = await run(fileURLToPath(new URL(`${name}.log`, samples)), 2026);
      expect(stages).to.deep.equal(expected);
      const directive = directives.find((one) => one.id === id);
      expect(Object.keys(stages).some((title) => directive !== undefined && isNamedBy(directive, title))).to.equal(
        true,
      );
      golden(new URL(`${name}.alarms.json`, samples), text);
    });
  }

  it('say what they notice, with techniques of MITRE ATT&CK, under ids 10001–10999', () => {
    for (const { id, description, mitre, kingdom, category } of directives) {
      expect(id).to.be.within(10_001, 10_999);
      expect(description, `${id} description`).to.be.a('string').with.length.greaterThan(40);
      expect(mitre, `${id} mitre`).to.be.an('array').that.is.not.empty;
      for (const technique of mitre ?? []) expect(technique).to.match(/^T1\d{3}(?:\.\d{3})?$/u);
      expect(['Reconnaissance & Probing', 'Delivery & Attack', 'System Compromise']).to.include(kingdom);
      expect(category).to.match(/^[A-Z]/u);
    }
  });

  it('raise nothing by a single event, even about an asset of the highest value', () => {
    for (const { id, priority, rules } of directives) {
      expect(Math.floor((priority * (rules[0]?.reliability ?? 0) * 5) / 25), String(id)).to.equal(0);
    }
  });

  it('can reach risk 1 where assets have value 2, by their second stage or the one that is the point', () => {
    for (const { id, priority, rules } of directives) {
      const raising = rules.find(({ reliability }) => Math.floor((priority * reliability * 2) / 25) >= 1);
      expect(raising?.stage, String(id)).to.equal([10_121, 10_122].includes(id) ? 3 : 2);
    }
  });

  it('have a row each in docs/use-cases.md', () => {
    const text = readFileSync(new URL('../../docs/use-cases.md', import.meta.url), 'utf8');
    const rows = [...text.matchAll(/^\| (\d+) \| ([^|]+?) \|.*\| ([^|]+) \| [^|]+ \|$/gmu)];
    const documented = rows.map(([, id, name, mitre = '']) => [Number(id), name, mitre.split(', ')]);
    expect(documented).to.deep.equal(directives.map(({ id, name, mitre }) => [id, name, mitre]));
  });

  // As dsiem's Logstash pipelines send them; 1, 3 and 10,000 occurrences.
  it('raise the ping flood of dsiem’s demonstration from normalized events', async () => {
    const ping = {
      ...{ sensor: 'ids1', title: 'GPL ICMP_INFO PING', plugin_id: 1001, plugin_sid: 2_100_384, protocol: 'ICMP' },
      ...{
        src_ip: '192.168.1.20',
        dst_ip: '198.51.100.1',
        product: 'Intrusion Detection System',
        category: 'Misc activity',
      },
    };
    const stagesAfter = async (events: number): Promise<Replayed['stages']> => {
      const second = (i: number): string => new Date(Date.UTC(2026, 10, 20) + i * 100).toISOString();
      const lines = Array.from({ length: events }, (_, i) =>
        JSON.stringify({ ...ping, event_id: `ping-${i}`, timestamp: second(i) }),
      );
      const path = join(temporary.dir(), 'events.jsonl');
      writeFileSync(path, lines.join('\n'));
      const out = join(temporary.dir(), 'out');
      return (await replayed(stack, { path, year: 2026, out, normalized: true })).stages;
    };
    expect(await stagesAfter(3)).to.deep.equal({});
    expect(await stagesAfter(4)).to.deep.equal({ 'Ping flood from 192.168.1.20': 2 });
    expect(await stagesAfter(10_003)).to.deep.equal({ 'Ping flood from 192.168.1.20': 2 });
    expect(await stagesAfter(10_004)).to.deep.equal({ 'Ping flood from 192.168.1.20': 3 });
  });

  // Ten people logging in, mistyping a password or their name, sudo, packages that create accounts, a crawler and its
  // dead links, late packets at the firewall, two pings.
  it('stay silent about ordinary work', async () => {
    const { summary, stages } = await run(fileURLToPath(new URL('ordinary-work.log', samples)), 2026);
    expect(stages).to.deep.equal({});
    expect(summary).to.include({ records: 140, faults: 0, normalized: 137, alarms: 0 });
    expect(summary.normalizer).to.deep.equal({ records: 140, matched: 137, events: 137, ignored: 3 });
  });

  // Sessions opened and closed by su and sshd, one failed login at a console; nothing of it is an alarm. The guessing
  // that is in this log, too, is known from PAM's lines alone, which the plugin by design takes for no attempt (sshd.md).
  it('raise no wrong alarm on a general Linux syslog', async function () {
    const { summary, stages } = await run(sharedLog(this, 'Linux_2k.log'), 2015);
    expect(stages).to.deep.equal({});
    expect(summary).to.include({ records: 2000, normalized: 247 });
  });

  // Counted by hand: the six addresses with ten or more "Failed password" lines within a quarter of an hour (112.95.230.3
  // 26, 5.188.10.180 18, 185.190.58.151 17, 103.99.0.122 46, 187.141.143.180 80, 183.62.140.253 286), and no other (the
  // next has 7). Four of them try five or more unknown names within ten minutes, three of those ten or more users within
  // an hour. The one login, of fztu, comes from an address that never failed. root is tried from ten addresses, in hours.
  it('see the guessing on a real server, address by address', async function () {
    const { stages, alarms } = await run(sharedLog(this, 'OpenSSH_2k.log'), 2015);
    expect(stages).to.deep.equal({
      'SSH brute force from 112.95.230.3': 2,
      'SSH brute force from 5.188.10.180': 2,
      'SSH user enumeration from 5.188.10.180': 2,
      'SSH brute force from 185.190.58.151': 2,
      'SSH user enumeration from 103.99.0.122': 2,
      'SSH brute force from 103.99.0.122': 2,
      'Password spraying from 103.99.0.122': 2,
      'SSH brute force from 187.141.143.180': 2,
      'SSH user enumeration from 187.141.143.180': 2,
      'Password spraying from 187.141.143.180': 2,
      'SSH brute force from 183.62.140.253': 3,
      'SSH user enumeration from 183.62.140.253': 2,
      'Password spraying from 183.62.140.253': 2,
    });
    expect(new Set(alarms.map(({ alarm_id }) => alarm_id)).size).to.equal(13);
  });
});
