import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { ReplaySummary } from '../../src/replay/replayed-core.js';
import { eventsIn, messagesIn } from '../support/json-lines.js';
import { sharedLog } from '../support/shared-data.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { type Finished, tocsin } from '../support/tocsin.js';
import { place, placeTellStack } from '../support/user-stack.js';

const summaryOf = ({ stdout }: Finished): ReplaySummary => JSON.parse(stdout) as ReplaySummary;

const login = [
  'Nov 20 10:00:00 gate sshd[7]: Accepted password for alice from 192.0.2.10 port 50022 ssh2',
  'Nov 20 10:00:30 gate sshd[7]: Disconnected from user alice 192.0.2.10 port 50022',
  '',
].join('\n');

describe('tocsin replay', () => {
  const { dir } = temporaryDirs();
  const replay = (...args: string[]) => tocsin(['replay', '--year', '2026', '--tz', 'UTC', ...args], { cwd: dir() });

  it('tells of a real capture: two logins, one failed login, nothing left open', async function () {
    const path = sharedLog(this, 'sshd-1.cap');
    const finished = await replay(path, '--stack', 'sshd', '--out', 'out', '--json');
    expect(summaryOf(finished)).to.deep.include({ records: 16, faults: 0 });
    expect(finished.stderr).to.equal('');
    const events = eventsIn(join(dir(), 'out/events.jsonl'));
    const logins = events.filter(({ event }) => event === 'SshdLogin').map(({ summary }) => summary);
    expect(logins).to.have.length(2);
    expect(logins[0]).to.match(/^timp .* 81\.299 s$/);
    expect(logins[1]).to.match(/^testguy .* 6\.(?:4|5|7)\d* s$/);
    const failed = events.filter(({ event }) => event === 'SshdLoginFailed');
    expect(failed.map(({ fields }) => fields['failures'])).to.deep.equal([3]);
    expect(events.filter(({ event }) => event === 'SshdStats').map(({ fields }) => fields['open'])).to.deep.equal([0]);
  });

  it('makes a record of every line, and the same files when it is run again into the same directory', async function () {
    const path = sharedLog(this, 'OpenSSH_2k.log');
    const run = async () => {
      const finished = await replay(path, '--stack', 'sshd', '--out', 'out', '--json');
      const names = ['events.jsonl', 'audit/sshd.login_failed.csv', 'audit/sshd.stats.csv'];
      return {
        summary: summaryOf(finished),
        files: names.map((name) => readFileSync(join(dir(), 'out', name), 'utf8')),
      };
    };
    const first = await run();
    const second = await run();
    expect(first.summary).to.deep.include({ records: 2000, faults: 0 });
    expect(second.summary.events).to.deep.equal(first.summary.events);
    expect(second.files).to.deep.equal(first.files);
    const events = eventsIn(join(dir(), 'out/events.jsonl'));
    const total = Object.values(first.summary.events).reduce((sum, count) => sum + count, 0);
    expect(events).to.have.length(total);
  });

  it('reads several files in order, as one log, zipped or not', async () => {
    placeTellStack(dir());
    const [opened = '', closed = ''] = login.split(/^(?=Nov 20 10:00:30)/mu);
    const zipped = join(dir(), 'auth.log.1.gz');
    writeFileSync(zipped, gzipSync(opened));
    const rest = place(dir(), 'auth.log', closed);
    const finished = await replay(zipped, rest, '--stack', 'sshd,tell', '--out', 'out', '--json');
    expect(summaryOf(finished)).to.deep.include({ records: 2 });
    expect(summaryOf(finished).events).to.include({ SshdLogin: 1, RecordNotice: 2 });
    expect(messagesIn(join(dir(), 'out/events.jsonl'))[0]).to.match(/^Accepted/);
  });

  it('prints a summary for people without --json, and nothing but it on stdout', async () => {
    const { stdout, stderr, code } = await replay(place(dir(), 'a.log', login), '--stack', 'sshd');
    expect(stdout).to.match(/^2 records, 0 with a fault, .* 0 alarms\n.* records\/s\n(?: +\d+ Sshd\w+\n)+$/);
    expect([stderr, code]).to.deep.equal(['', 0]);
  });

  it('reads octet-counted captures, whose records may hold newlines', async () => {
    placeTellStack(dir());
    const records = ['<13>Nov 20 10:00:00 gate app: two\nlines', '<13>Nov 20 10:00:01 gate app: one'];
    const capture = place(dir(), 'a.cap', records.map((record) => `${record.length} ${record}`).join(''));
    await replay(capture, '--stack', 'tell', '--out', 'out', '--json');
    expect(messagesIn(join(dir(), 'out/events.jsonl'))).to.deep.equal(['two\nlines', 'one']);
  });

  it('says how much of records over --max-frame it cut off', async () => {
    const log = place(dir(), 'long.log', `${'x'.repeat(1000)}\nMar  1 10:00:00 host app: hello\n`);
    const { code, stderr } = await tocsin(['replay', log, '--max-frame', '100', '--json'], { cwd: dir() });
    expect(stderr).to.match(
      /^tocsin: warning: file .*long\.log: 1 records were over --max-frame: 900 bytes were cut off$/m,
    );
    expect(code).to.equal(0);
  });

  it('reads normalized events behind a byte order mark', async () => {
    const times = { timestamp: '2026-11-20T10:00:00Z', sensor: 's', src_ip: '::1', dst_ip: '::1' };
    const event = JSON.stringify({ event_id: '1', plugin_id: 1, plugin_sid: 1, ...times });
    const log = place(dir(), 'events.jsonl', `\ufeff${event}\r\n`);
    const finished = await replay(log, '--format', 'normalized', '--stack', 'sshd', '--json');
    expect(summaryOf(finished)).to.deep.include({ records: 1, faults: 0, normalized: 1 });
  });

  it('says what modules counted: events that led to nothing, by reason', async () => {
    place(dir(), 'conf/assets_x.json', '{"assets":[{"name":"a","cidr":"10.0.0.0/8","value":1,"whitelisted":true}]}');
    const common = { timestamp: '2026-11-20T10:00:00Z', sensor: 's', dst_ip: '::1', plugin_id: 1, plugin_sid: 1 };
    const events = ['10.0.0.1', '10.0.0.2', '::1'].map((src_ip, id) => ({ ...common, event_id: String(id), src_ip }));
    const log = place(dir(), 'events.jsonl', events.map((event) => JSON.stringify(event)).join('\n'));
    const args = [log, '--format', 'normalized', '--stack', 'dsiem', '--config-dir', 'conf'];
    expect(summaryOf(await replay(...args, '--json')).modules).to.deep.equal({
      dsiem: { normalized_events: 3, whitelisted: 2, unmatched: 1 },
    });
    expect((await replay(...args)).stdout).to.match(/^by dsiem: normalized_events 3, whitelisted 2, unmatched 1$/m);
  });

  it('loads no native code while nothing hangs: a replay that ended meanwhile would crash', async () => {
    placeTellStack(dir());
    place(
      dir(),
      'modules/loaded.ts',
      `import { defineModule } from 'tocsin';
import { z } from 'zod';
const wait = new Int32Array(new SharedArrayBuffer(4));
export default defineModule({
  name: 'loaded', description: 'Looks what is loaded', options: z.strictObject({}),
  create: () => ({ onRecord: () => {
    Atomics.wait(wait, 0, 0, 1000);
    const { sharedObjects } = process.report.getReport() as { sharedObjects: string[] };
    throw new Error('loaded ' + sharedObjects.filter((name) => name.endsWith('.node')).join());
  } }),
});
`,
    );
    place(dir(), 'stacks/loaded.yaml', 'modules: { loaded: {} }\n');
    await replay(place(dir(), 'a.log', 'Nov 20 10:00:00 gate app: x\n'), '--stack', 'loaded', '--out', 'out');
    const [failure] = eventsIn(join(dir(), 'out/events.jsonl'));
    expect(JSON.stringify(failure)).to.match(/loaded "/u);
  });

  it('counts records with a fault, and works on', async () => {
    const log = place(dir(), 'a.log', `<999>broken\n\u0000\u0001\n${login}`);
    const { records, faults, events } = summaryOf(await replay(log, '--stack', 'sshd', '--json'));
    expect([records, events['SshdLogin']]).to.deep.equal([4, 1]);
    expect(faults).to.be.at.least(1);
  });

  it('tells of a module that throws, and goes on with the next record', async () => {
    place(
      dir(),
      'modules/fragile.ts',
      `import { defineModule, type LogRecord } from 'tocsin';
import { z } from 'zod';
export default defineModule({
  name: 'fragile', description: 'Breaks', options: z.strictObject({}),
  create: () => ({ onRecord: (record: LogRecord) => { if (record.message.startsWith('bad')) throw new Error('broken by ' + record.message); } }),
});
`,
    );
    place(dir(), 'stacks/fragile.yaml', 'modules: { fragile: {}, report: {} }\n');
    const line = (text: string): string => `Nov 20 10:00:00 gate app: ${text}\n`;
    const log = place(dir(), 'a.log', `${line('good')}${line('bad')}${line('good again')}`);
    const finished = await replay(log, '--stack', 'fragile', '--out', 'out', '--json');
    expect([finished.code, summaryOf(finished).records]).to.deep.equal([0, 3]);
    const events = eventsIn(join(dir(), 'out/events.jsonl'));
    const failures = events.filter(({ severity }) => severity === 'error');
    expect(failures).to.have.length(1);
    expect(JSON.stringify(failures[0])).to.include('fragile').and.include('broken by bad');
    expect(messagesIn(join(dir(), 'out/events.jsonl'))).to.deep.equal(['good', 'bad', 'good again']);
  });

  it('gives what could be read of a torn file, then ends with 1 and says so', async () => {
    const packed = gzipSync(login.repeat(1000));
    writeFileSync(join(dir(), 'torn.gz'), packed.subarray(0, packed.length - 20));
    const torn = await replay(join(dir(), 'torn.gz'), '--stack', 'sshd', '--out', 'out', '--json');
    expect(torn.code).to.equal(1);
    expect(torn.stderr).to.match(/cannot read .*torn\.gz past byte \d+: unexpected end of file/);
    expect(summaryOf(torn).records).to.be.greaterThan(1500);
    expect(eventsIn(join(dir(), 'out/events.jsonl')).length).to.be.greaterThan(500);
    const parsed = await tocsin(['parse', join(dir(), 'torn.gz')], { cwd: dir() });
    expect(parsed.stdout.split('\n').length).to.be.greaterThan(1500);
    expect([parsed.code, parsed.stderr]).to.deep.equal([1, torn.stderr]);
  });

  it('ends with 1 where a file, a stack or the output cannot be used, saying which', async () => {
    const log = place(dir(), 'a.log', login);
    place(dir(), 'broken.gz', '\u001f\u008b no gzip');
    const cases: [string[], RegExp][] = [
      [[join(dir(), 'none.log')], /cannot read .*none\.log: ENOENT/],
      [[dir()], /cannot read .*: is a directory/],
      [[log, '--stack', 'bogus'], /unknown stack bogus; known are/],
      [[log, '--out', '/dev/null/out'], /\/dev\/null\/out/],
    ];
    const seen = await Promise.all(cases.map(([args]) => replay(...args)));
    for (const [index, { code, stdout, stderr }] of seen.entries()) {
      expect(stderr).to.match(cases[index]?.[1] ?? /never/);
      expect([code, stdout], stderr).to.deep.equal([1, '']);
    }
  });
});
