import { existsSync, mkdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AlarmEventLine, AlarmLine } from '../../src/directives/index.js';
import { until } from '../support/eventually.js';
import { ask, type HttpAnswer } from '../support/http-client.js';
import { wholeLines } from '../support/json-lines.js';
import { livePrograms, type LiveTocsin } from '../support/live-tocsin.js';
import { needs, Rsyslog } from '../support/rsyslog.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { place } from '../support/user-stack.js';

const pingSid = 2100384;

const rule = (stage: number, rest: object): object => ({
  name: `stage ${stage}`,
  stage,
  type: 'PluginRule',
  plugin_id: 1001,
  plugin_sid: [pingSid],
  from: ':1',
  to: 'ANY',
  port_from: 'ANY',
  port_to: 'ANY',
  protocol: 'ICMP',
  ...rest,
});

/** dsiem's demonstration: directive and assets in the shape it ships them. */
const demoDirectives = {
  directives: [
    {
      id: 1,
      name: 'Ping Flood from SRC_IP',
      priority: 3,
      kingdom: 'Reconnaissance & Probing',
      category: 'Misc Activity',
      rules: [
        rule(1, { from: 'HOME_NET', occurrence: 1, reliability: 1, timeout: 0 }),
        rule(2, { occurrence: 3, reliability: 6, timeout: 600 }),
        rule(3, { occurrence: 10_000, reliability: 10, timeout: 3600 }),
      ],
    },
  ],
};
const demoAssets = {
  assets: [
    { name: 'firewall', cidr: '192.168.0.1/32', value: 5 },
    { name: 'VulnerableServer', cidr: '192.168.0.2/32', value: 3 },
    { name: 'lan', cidr: '192.168.0.0/16', value: 2 },
  ],
};

/** The same story, short enough to be told event by event. */
const shortDirectives = {
  directives: [
    {
      ...demoDirectives.directives[0],
      name: 'Story of SRC_IP',
      rules: [
        rule(1, { from: 'HOME_NET', occurrence: 1, reliability: 1, timeout: 0 }),
        rule(2, { to: ':1', occurrence: 5, reliability: 6, timeout: 600 }),
        rule(3, { to: ':2', plugin_sid: [7], occurrence: 2, reliability: 10, timeout: 600 }),
      ],
    },
  ],
};

/** What Logstash makes of Suricata's pings: fields that dsiem does not know among them. */
const ping = (id: string, more: object = {}): object => ({
  '@timestamp': '2026-11-20T10:00:00.123Z',
  event_id: id,
  timestamp: new Date().toISOString(),
  title: 'GPL ICMP_INFO PING *NIX',
  sensor: 'suricata1',
  product: 'Intrusion Detection System',
  category: 'Misc activity',
  plugin_id: 1001,
  plugin_sid: pingSid,
  protocol: 'ICMP',
  src_ip: '192.168.0.1',
  src_port: 0,
  dst_ip: '8.8.8.8',
  dst_port: 0,
  ...more,
});
const pings = (name: string, count: number, more: object = {}): object[] =>
  Array.from({ length: count }, (_, n) => ping(`${name}-${n}`, more));

const post = (live: LiveTocsin, body: unknown, path = '/events'): Promise<HttpAnswer> =>
  ask(live.port('http'), {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const taken = async (live: LiveTocsin, body: unknown, path?: string): Promise<void> => {
  const { status, text } = await post(live, body, path);
  expect(status, text).to.equal(200);
};

const parsed = <T>(path: string): T[] => wholeLines(path).map((line) => JSON.parse(line) as T);
const alarmsOf = (live: LiveTocsin): AlarmLine[] => parsed<AlarmLine>(live.log('siem_alarms.json'));
const countedOf = (live: LiveTocsin): AlarmEventLine[] => parsed<AlarmEventLine>(live.log('siem_alarm_events.json'));
const countedIn = (live: LiveTocsin, stage: number): number =>
  new Set(countedOf(live).flatMap((line) => (line.stage === stage ? [line.event_id] : []))).size;

describe('What a user of dsiem sees', function () {
  this.timeout(60_000);
  const { dir } = temporaryDirs();
  const { start } = livePrograms();
  let rsyslog: Rsyslog | undefined;
  afterEach(async () => {
    await rsyslog?.stop();
    rsyslog = undefined;
  });

  const configDir = (directives: object): string => {
    place(dir(), 'configs/directives_demo.json', JSON.stringify(directives));
    place(dir(), 'configs/assets_demo.json', JSON.stringify(demoAssets));
    return join(dir(), 'configs');
  };
  const startWith = (directives: object): Promise<LiveTocsin> =>
    start(dir(), ['--stack', 'dsiem', '--config-dir', configDir(directives), '--http', '127.0.0.1:0']);

  it('has the alarm of a brute force in siem_alarms.json within a second of the last line of a real rsyslogd', async function () {
    needs(this, 'rsyslogd', 'logger');
    const live = await start(dir(), ['--stack', 'sshd,dsiem', '--udp', '127.0.0.1:0']);
    const port = live.port('udp');
    rsyslog = await Rsyslog.start(
      dir(),
      `action(type="omfwd" target="127.0.0.1" protocol="udp" port="${port}" template="RSYSLOG_ForwardFormat")`,
    );
    const failures = Array.from(
      { length: 10 },
      (_, n) => `Failed password for root from 203.0.113.9 port ${40_000 + n} ssh2`,
    );
    await rsyslog.log('sshd', failures.slice(0, 9));
    await live.counted('nine lines worked on', ({ core }) => (core?.records ?? 0) >= 9);
    expect(alarmsOf(live)).to.deep.equal([]);
    const before = Date.now();
    await rsyslog.log('sshd', failures.slice(9));
    await until('the alarm', () => alarmsOf(live).length > 0);
    expect(statSync(live.log('siem_alarms.json')).mtimeMs - before).to.be.below(1000);
    const [alarm] = alarmsOf(live);
    expect(alarm).to.deep.include({
      title: 'SSH brute force from 203.0.113.9',
      risk: 1,
      risk_class: 'Low',
      status: 'Open',
      src_ips: ['203.0.113.9'],
    });
    const stages = countedOf(live).flatMap(({ alarm_id, stage }) => (alarm_id === alarm?.alarm_id ? [stage] : []));
    expect(stages).to.deep.equal([1, ...Array<number>(9).fill(2)]);
  });

  it('gets dsiem’s demonstration alarm from POSTs as Logstash sends them: an object, an array, to /events/', async () => {
    const live = await startWith(demoDirectives);
    await taken(live, ping('one'));
    await taken(live, pings('array', 2), '/events/');
    await until('three events count', () => countedOf(live).length === 3);
    expect(alarmsOf(live)).to.deep.equal([]);
    await taken(live, [ping('fourth'), ping('from outside', { src_ip: '203.0.113.9' })]);
    await until('the alarm', () => alarmsOf(live).length === 1);
    const [first] = alarmsOf(live);
    expect(first).to.deep.include({
      title: 'Ping Flood from firewall',
      kingdom: 'Reconnaissance & Probing',
      category: 'Misc Activity',
      risk: 3,
      risk_class: 'Medium',
      src_ips: ['192.168.0.1'],
      dst_ips: ['8.8.8.8'],
      networks: ['192.168.0.0/16'],
    });
    for (let batch = 0; batch < 20; batch++) await taken(live, pings(`flood ${batch}`, 500));
    await until('the flood', () => alarmsOf(live).length === 2);
    const [, last] = alarmsOf(live);
    expect(last).to.include({ alarm_id: first?.alarm_id, risk: 6, risk_class: 'Medium' });
    expect(last?.rules.map(({ status }) => status)).to.deep.equal(['finished', 'finished', 'finished']);
    expect(countedOf(live)).to.have.length(10_004);
  });

  it('is told 418 where no event of a request is acceptable, 400 where it is not JSON, and what was wrong', async () => {
    const live = await startWith(shortDirectives);
    const bad = await post(live, [{}, ping('b', { src_ip: 'nowhere' })]);
    expect(bad.status).to.equal(418);
    expect(JSON.parse(bad.text)).to.deep.include({ accepted: 0, rejected: 2 });
    expect(bad.text).to.match(/event 0: .*event_id.*event 1: .*src_ip/u);
    expect((await post(live, '{"event_id":')).status).to.equal(400);
    const lines = `${JSON.stringify(ping('x'))}\n${JSON.stringify(ping('y'))}\n`;
    expect((await post(live, lines)).status).to.equal(400);
    await taken(live, [{}, ping('good')]);
    await until('the good one counts', () => countedOf(live).length === 1);
    expect(wholeLines(join(dir(), 'data', 'rejected.jsonl'))).to.have.length(3);
  });

  it('loses no progress to SIGKILL: the second stage goes on counting, and the third knows the first events', async () => {
    const first = await startWith(shortDirectives);
    await taken(first, ping('opens'));
    await taken(first, pings('before', 3));
    await first.end('SIGKILL');

    const second = await startWith(shortDirectives);
    await taken(second, ping('one more'));
    await until('four have counted in stage 2', () => countedIn(second, 2) === 4);
    expect(alarmsOf(second)).to.deep.equal([]);
    await taken(second, [ping('other address', { dst_ip: '8.8.4.4' }), ping('completes')]);
    await until('the alarm of stage 2', () => alarmsOf(second).length === 1);
    await second.end('SIGKILL');

    const third = await startWith(shortDirectives);
    await taken(third, pings('elsewhere', 2, { plugin_sid: 7, dst_ip: '8.8.4.4' }));
    await taken(third, pings('end', 2, { plugin_sid: 7 }));
    await until('the alarm of stage 3', () => alarmsOf(third).some(({ risk }) => risk === 6));
    const alarms = alarmsOf(third);
    const [story] = alarms;
    expect(new Set(alarms.map(({ alarm_id }) => alarm_id)).size).to.equal(1);
    expect(alarms.at(-1)?.rules.map(({ status }) => status)).to.deep.equal(['finished', 'finished', 'finished']);
    const ids = countedOf(third).flatMap(({ alarm_id, event_id }) => (alarm_id === story?.alarm_id ? [event_id] : []));
    expect([...new Set(ids)]).to.deep.equal([
      ...['opens', 'before-0', 'before-1', 'before-2', 'one more', 'completes', 'end-0', 'end-1'],
    ]);
  });

  it('misses no line of alarm files that could not be written for a while, and nothing else waits for them', async () => {
    mkdirSync(join(dir(), 'logs', 'siem_alarms.json'), { recursive: true });
    mkdirSync(join(dir(), 'logs', 'siem_alarm_events.json'));
    const live = await startWith(shortDirectives);
    const sources = Array.from({ length: 20 }, (_, n) => `192.168.1.${n + 1}`);
    for (const src_ip of sources) {
      await taken(live, pings(src_ip, 6, { src_ip }));
      await taken(live, pings(`${src_ip} end`, 2, { src_ip, plugin_sid: 7 }));
    }
    const told = (): number => live.events().filter(({ event }) => event === 'AlarmEvent').length;
    await until('the other listener has all alarms', () => told() === sources.length * 2);
    await live.counted('the alarm files are tried again', ({ listeners }) =>
      listeners.some(({ name, retries }) => name === 'alarm-file' && retries > 0),
    );
    expect(live.stderr).to.match(/siem_alarm(?:s|_events)\.json/u);
    rmdirSync(live.log('siem_alarms.json'));
    rmdirSync(live.log('siem_alarm_events.json'));
    const distinct = (name: string): number => (existsSync(live.log(name)) ? new Set(live.lines(name)).size : 0);
    await until('all alarms are written', () => distinct('siem_alarms.json') === sources.length * 2);
    await until('all that counted is written', () => distinct('siem_alarm_events.json') === sources.length * 8);
    expect(live.deadLetters()).to.deep.equal([]);
    expect((await live.end()).code).to.equal(0);
  });
});
