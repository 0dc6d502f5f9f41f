import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { JournalReplaySummary } from '../../src/replay/replay-journal.js';
import { until } from '../support/eventually.js';
import { ask } from '../support/http-client.js';
import { type LiveTocsin, livePrograms } from '../support/live-tocsin.js';
import { connectTo, sendTcp, sendUdp } from '../support/send.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';

const rule = (stage: number): object => ({
  name: `stage ${stage}`,
  type: 'PluginRule',
  stage,
  plugin_id: 1001,
  plugin_sid: [stage],
  occurrence: stage === 1 ? 1 : 2,
  from: stage === 1 ? 'ANY' : ':1',
  to: 'ANY',
  reliability: 5,
  timeout: 600,
});
const directive = { id: 1, name: 'From SRC_IP', priority: 5, kingdom: 'k', category: 'c', rules: [1, 2, 3].map(rule) };
const assets = { assets: [{ name: 'net', cidr: '192.0.2.0/24', value: 5 }] };

const rounds = 3;
const tcpLines = 1500;
/** Without the datagrams, which a full journal may drop. */
const framesARound = tcpLines + 20 + 100;

let sent = 0;
const guess = (): string => {
  sent += 1;
  const from = `192.0.2.${1 + (sent % 40)}`;
  if (sent % 20 === 0) {
    return `<38>Nov 20 10:00:00 gate sshd[${sent}]: Accepted password for alice from ${from} port ${10_000 + sent} ssh2`;
  }
  const user = sent % 3 === 0 ? 'invalid user admin' : 'root';
  return `<38>Nov 20 10:00:00 gate sshd[${100 + (sent % 900)}]: Failed password for ${user} from ${from} port ${10_000 + sent} ssh2`;
};
const guesses = (count: number): string[] => Array.from({ length: count }, guess);

const postEvents = async (port: number): Promise<void> => {
  const events = Array.from({ length: 20 }, (_, index) => ({
    event_id: `e${(sent += 1)}`,
    timestamp: '2026-11-20T10:00:00Z',
    sensor: 'sensor1',
    src_ip: `192.0.2.${1 + (index % 5)}`,
    dst_ip: '198.51.100.7',
    plugin_id: 1001,
    plugin_sid: 1 + (index % 3),
  }));
  await until(
    'the events are taken',
    async () => {
      const { status } = await ask(port, { method: 'POST', path: '/events', body: JSON.stringify(events) });
      expect([200, 503]).to.include(status); // 503: the journal is full for now.
      return status === 200;
    },
    90_000,
  );
};

describe('tocsin replay --journal', function () {
  this.timeout(240_000);
  const { dir } = temporaryDirs();
  const { start } = livePrograms();
  const tailed = (): string => join(dir(), 'app.log');
  const args = (...more: string[]): string[] => [
    ...['--stack', 'sshd,dsiem', '--config-dir', join(dir(), 'config'), '--checkpoint', '200ms'],
    ...['--tcp', '127.0.0.1:0', '--udp', '127.0.0.1:0', '--http', '127.0.0.1:0', '--tail', tailed()],
    ...['--journal-max', '1MB', '--keep', '7d,1GB', ...more],
  ];
  beforeEach(() => {
    mkdirSync(join(dir(), 'config'));
    writeFileSync(join(dir(), 'config/directives_a.json'), JSON.stringify({ directives: [directive] }));
    writeFileSync(join(dir(), 'config/assets_a.json'), JSON.stringify(assets));
    writeFileSync(tailed(), '');
  });

  const feed = async (live: LiveTocsin): Promise<void> => {
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all([
        sendTcp(live.port('tcp'), `${guesses(tcpLines).join('\n')}\n`),
        sendUdp(live.port('udp'), guesses(20)),
        postEvents(live.port('http')),
      ]);
      appendFileSync(tailed(), `${guesses(100).join('\n')}\n`);
    }
    await live.counted('all is received and worked on', ({ io, core }) => {
      const waiting = (io?.lastSeq ?? 0) - (core?.seq ?? 0);
      return (io?.frames ?? 0) >= rounds * framesARound && waiting <= 1;
    });
  };
  const journal = (): string[] => readdirSync(join(dir(), 'data/journal'));
  const replay = async (out: string, ...more: string[]): Promise<JournalReplaySummary> => {
    const stack = ['--stack', 'sshd,dsiem', '--config-dir', join(dir(), 'config')];
    const told = await tocsin(['replay', '--journal', ...stack, '--out', out, '--json', ...more], { cwd: dir() });
    expect(told.code, told.stderr).to.equal(0);
    return JSON.parse(told.stdout) as JournalReplaySummary;
  };
  const outputs = (of: string): Record<string, string> => {
    const names = ['events.jsonl', 'siem_alarms.json', 'siem_alarm_events.json', 'audit/sshd.session_opened.csv'];
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(dir(), of, name), 'utf8')]));
  };

  /** One byte within a compressed segment: each entry is given or counted, their numbers are said, and it ends so. */
  const missesWhatIsDamaged = async (): Promise<void> => {
    const whole = (await replay('whole')).journal;
    const path = join(dir(), 'data/journal', journal().find((name) => name.endsWith('.seg.gz')) ?? '');
    const bytes = readFileSync(path);
    const at = Math.floor(bytes.length / 2);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
    writeFileSync(path, bytes);
    const stack = ['--stack', 'sshd,dsiem', '--config-dir', join(dir(), 'config')];
    const told = await tocsin(['replay', '--journal', ...stack, '--json'], { cwd: dir() });
    expect(told.code, told.stderr).to.equal(1);
    const { damaged, missing, entries } = (JSON.parse(told.stdout) as JournalReplaySummary).journal;
    expect(damaged).to.be.greaterThan(0);
    expect([missing, entries + damaged]).to.deep.equal([0, whole.entries]);
    const [, first = '', last = ''] = /entries (\d+) to (\d+) are damaged/u.exec(told.stderr) ?? [];
    expect(Number(last) - Number(first) + 1).to.equal(damaged);
    expect(told.stderr).to.include(`the journal is not whole: ${damaged} entries are damaged and 0 missing`);
  };

  it('gives again what a run gave, byte for byte: inputs of all kinds, alarms, a restart, an archive', async () => {
    const first = await start(dir(), args());
    await feed(first);
    expect((await first.end()).code).to.equal(0);
    const second = await start(dir(), args());
    await feed(second);
    await until('segments are archived', () => journal().filter((name) => name.endsWith('.seg.gz')).length >= 1);
    const { io } = await second.counters();
    expect(io?.archive).to.include({ unkept: 0, removed_age: 0, removed_size: 0, removed_room: 0 });
    const beside = await replay('beside');
    expect((await second.end()).code).to.equal(0);
    const { journal: found, records, alarms } = await replay('out');
    expect(found).to.deep.include({ missing: 0, damaged: 0 });
    expect(records).to.be.within(2 * rounds * framesARound, 2 * rounds * (framesARound + 20));
    expect(alarms).to.be.greaterThan(0);
    expect(outputs('out')).to.deep.equal(outputs('logs'));
    // Beside a run that holds the directory, without its last seconds.
    expect(beside.records).to.equal(records);
    const { 'events.jsonl': events = '' } = outputs('beside');
    expect(events).to.not.equal('');
    expect(outputs('logs')['events.jsonl']?.startsWith(events)).to.equal(true);
    await missesWhatIsDamaged();
  });

  it('gives again what a run gave that was killed in mid-stream', async () => {
    const first = await start(dir(), args());
    const socket = await connectTo(first.port('tcp'));
    const stream = setInterval(() => {
      socket.write(`${guesses(300).join('\n')}\n`);
      appendFileSync(tailed(), `${guesses(5).join('\n')}\n`);
    }, 10);
    try {
      await first.counted('some is worked on, and some let go', ({ core, io }) => {
        return (core?.checkpoints ?? 0) > 2 && (io?.archive?.segments ?? 0) > 0;
      });
      await first.end('SIGKILL');
    } finally {
      clearInterval(stream);
      socket.destroy();
    }
    const second = await start(dir(), args());
    await feed(second);
    expect((await second.end()).code).to.equal(0);
    const { journal: found, records } = await replay('out');
    expect(found).to.deep.include({ missing: 0, damaged: 0 });
    expect(records).to.be.greaterThan(rounds * framesARound);
    expect(outputs('out')).to.deep.equal(outputs('logs'));
  });
});
