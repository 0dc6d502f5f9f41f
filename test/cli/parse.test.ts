import { gzipSync } from 'node:zlib';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { sharedLog } from '../support/shared-data.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';
import { place } from '../support/user-stack.js';

interface Printed {
  readonly time: string;
  readonly message: string;
  readonly raw: string;
  readonly host?: string;
  readonly fault?: string;
  readonly truncated?: boolean;
}

const recordsOf = (stdout: string): Printed[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Printed);

describe('tocsin parse', () => {
  const { dir } = temporaryDirs();
  const parse = (...args: string[]) => tocsin(['parse', '--year', '2026', '--tz', 'UTC', ...args], { cwd: dir() });

  it('prints one JSON record a line, with its time as ISO 8601 UTC', async () => {
    const log = place(dir(), 'a.log', '<86>Nov 20 10:00:00 gate sshd[7]: Server listening on :: port 22.\n');
    const { stdout, stderr, code } = await parse(log);
    expect(recordsOf(stdout)).to.deep.equal([
      {
        time: '2026-11-20T10:00:00.000Z',
        facility: 10,
        severity: 6,
        host: 'gate',
        app: 'sshd',
        pid: '7',
        message: 'Server listening on :: port 22.',
        raw: '<86>Nov 20 10:00:00 gate sshd[7]: Server listening on :: port 22.',
      },
    ]);
    expect([stderr, code]).to.deep.equal(['', 0]);
  });

  it('gives any bytes a record, with a fault where they are none, and no control character reaches the terminal', async () => {
    const log = join(dir(), 'bad.log');
    const bad = [
      Buffer.from('<999>no such priority\n'),
      Buffer.from('Feb 30 10:00:00 gate app: no such day\n'),
      Buffer.from([0xff, 0xfe, 0x00, 0x1b, 0x5b, 0x32, 0x4a, 0x0a]),
      Buffer.from('Nov 20 10:00:00 gate app: \u001b[2Jcleared\u0007 \u009b31m\u202egnp.exe\n'),
      Buffer.from('Nov 20 10:00:01 gate app: well'),
    ];
    writeFileSync(log, Buffer.concat(bad));
    const { stdout, code } = await parse(log);
    const records = recordsOf(stdout);
    expect(records).to.have.length(5);
    expect(records.slice(0, 2).map(({ fault }) => fault)).to.satisfy((faults: unknown[]) =>
      faults.every((fault) => typeof fault === 'string'),
    );
    expect(records[4]).to.include({ message: 'well' });
    expect(records[3]?.message).to.equal('\u001b[2Jcleared\u0007 \u009b31m\u202egnp.exe');
    expect(stdout).not.to.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/u);
    expect(code).to.equal(0);
  });

  it('cuts a line past --max-frame, marks it, and goes on with the next', async () => {
    const log = place(
      dir(),
      'long.log',
      `Nov 20 10:00:00 gate app: ${'x'.repeat(500)}\nNov 20 10:00:01 gate app: next\n`,
    );
    const records = recordsOf((await parse('--max-frame', '100', log)).stdout);
    expect(records.map(({ truncated }) => truncated)).to.deep.equal([true, undefined]);
    expect(records[0]?.raw).to.have.length(100);
    expect(records[1]?.message).to.equal('next');
  });

  it('reads several files in order, gzip among them, and standard input for -', async () => {
    const line = (text: string): string => `Nov 20 10:00:00 gate app: ${text}\n`;
    const first = join(dir(), 'first.gz');
    writeFileSync(first, gzipSync(line('zipped')));
    const args = ['parse', '--year', '2026', first, '-', place(dir(), 'last.log', line('last'))];
    const { stdout } = await tocsin(args, { cwd: dir(), input: line('piped') });
    expect(recordsOf(stdout).map(({ message }) => message)).to.deep.equal(['zipped', 'piped', 'last']);
  });

  it('says which file could not be read, prints what came before it, and ends with 1', async () => {
    const log = place(dir(), 'a.log', 'Nov 20 10:00:00 gate app: here\n');
    const { stdout, stderr, code } = await parse(log, join(dir(), 'none.log'));
    expect(recordsOf(stdout)).to.have.length(1);
    expect(stderr).to.match(/^tocsin: cannot read .*none\.log: ENOENT.*would be right\n$/);
    expect(code).to.equal(1);
  });

  it('says with --normalize what a line became, and why nothing came of it', async () => {
    const lines = [
      'Nov 20 10:00:00 gate sshd[7]: Failed password for root from gate.example.org port 70000 ssh2',
      'Nov 20 10:00:01 gate sshd[7]: Server listening on :: port 22.',
      'Nov 20 10:00:02 gate elsewhere: something',
    ];
    const log = place(dir(), 'a.log', `${lines.join('\n')}\n`);
    const { stdout, code } = await parse('--normalize', log);
    const printed = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { raw: string; normalized: { plugin_sid: number }[]; counted?: string[] });
    expect(printed.map(({ raw }) => raw)).to.deep.equal(lines);
    expect(printed.map(({ normalized }) => normalized.map((event) => event.plugin_sid))).to.deep.equal([[1], [], []]);
    expect(printed.map(({ counted }) => counted)).to.deep.equal([
      ['sourceNotAddress', 'portNotPort'],
      ['ignored'],
      ['unmatched'],
    ]);
    expect(code).to.equal(0);
  });

  it('gives a record for each line of a real log, none with a fault', async function () {
    const path = sharedLog(this, 'OpenSSH_2k.log');
    const records = recordsOf((await parse(path)).stdout);
    expect(records).to.have.length(2000);
    expect(records.filter(({ fault, host }) => fault !== undefined || host !== 'LabSZ')).to.deep.equal([]);
  });
});
