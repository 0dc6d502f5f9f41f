import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunCounters } from '../../src/run/run-counters.js';
import { until } from '../support/eventually.js';
import { ask, type HttpAnswer } from '../support/http-client.js';
import { livePrograms } from '../support/live-tocsin.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';

const event = (id: string, sid = 1): object => ({
  event_id: id,
  timestamp: '2026-11-20T10:00:00Z',
  sensor: 'sensor1',
  src_ip: '192.0.2.1',
  dst_ip: '198.51.100.7',
  plugin_id: 1001,
  plugin_sid: sid,
});

const rule = (stage: number): object => ({
  name: `stage ${stage}`,
  type: 'PluginRule',
  stage,
  plugin_id: 1001,
  plugin_sid: [stage],
  occurrence: 1,
  from: stage === 1 ? 'ANY' : ':1',
  to: 'ANY',
  reliability: 5,
  timeout: 600,
});
const directives = JSON.stringify({
  directives: [
    { id: 1, name: 'From SRC_IP', priority: 5, kingdom: 'k', category: 'c', rules: [rule(1), rule(2), rule(3)] },
  ],
});
const assets = JSON.stringify({ assets: [{ name: 'net', cidr: '192.0.2.0/24', value: 5 }] });

describe('HTTP of a live program', () => {
  const { dir } = temporaryDirs();
  const { start } = livePrograms();
  const post = (port: number, body: unknown): Promise<HttpAnswer> =>
    ask(port, { method: 'POST', path: '/events', body: JSON.stringify(body) });
  const configDir = (): string => {
    const path = join(dir(), 'config');
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'directives_a.json'), directives);
    writeFileSync(join(path, 'assets_a.json'), assets);
    return path;
  };
  const freePort = async (): Promise<number> => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return port;
  };

  it('makes alarms of what Logstash would send: one object, then an array', async () => {
    const live = await start(dir(), ['--stack', 'dsiem', '--config-dir', configDir(), '--http', '127.0.0.1:0']);
    const port = live.port('http');
    expect((await post(port, event('a', 1))).status).to.equal(200);
    expect((await post(port, [event('b', 2), event('c', 9)])).status).to.equal(200);
    await until('both stages are written', () => live.lines('siem_alarms.json').length === 2);
    expect(live.lines('siem_alarm_events.json')).to.have.length(2);
    expect(JSON.parse(live.lines('siem_alarms.json')[0]!)).to.include({ title: 'From 192.0.2.1', status: 'Open' });
    expect((await live.end()).code).to.equal(0);
  });

  it('keeps every event it acknowledged, also when it is killed at once', async () => {
    const args = ['--stack', 'dsiem', '--http', '127.0.0.1:0', '--checkpoint', '1h'];
    const first = await start(dir(), args);
    const port = first.port('http');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => post(port, [event(`a ${n}`, 9), event(`b ${n}`, 9)])),
    );
    await first.end('SIGKILL');
    expect(answers.map(({ status }) => status)).to.deep.equal(answers.map(() => 200));
    const second = await start(dir(), args);
    // Without a checkpoint all of the journal is worked on again.
    await second.counted('all 40 events', ({ core }) => core?.records === 40);
  });

  it('counts and keeps what is no event, and shows it', async () => {
    const live = await start(dir(), ['--stack', 'dsiem', '--http', '127.0.0.1:0']);
    const port = live.port('http');
    expect((await post(port, [{}, event('a')])).status).to.equal(200);
    const rejected = readFileSync(join(dir(), 'data', 'rejected.jsonl'), 'utf8');
    expect(JSON.parse(rejected)).to.include({ event: '{}', peer: '127.0.0.1' });
    await until('the counters show both', async () => {
      const { text } = await ask(port, { path: '/debug/vars/' });
      const { io } = JSON.parse(text) as RunCounters;
      const counters = io?.inputs[0]?.counters ?? {};
      return counters['received'] === 1 && counters['refused_events'] === 1;
    });
    await live.end();
    expect(live.stderr).to.match(/drops refused_events 1/u);
  });

  it('shows what the plugins made of records, and of which they made nothing', async () => {
    const live = await start(dir(), ['--stack', 'dsiem', '--http', '127.0.0.1:0', '--udp', '127.0.0.1:0']);
    const socket = createSocket('udp4');
    for (const line of ['sshd[7]: Invalid user x from gate.example.org', 'door: opened']) {
      socket.send(`Nov 20 10:00:00 gate ${line}`, live.port('udp'), '127.0.0.1');
    }
    await until('the counters show both', async () => {
      const { core } = JSON.parse((await ask(live.port('http'), { path: '/debug/vars/' })).text) as RunCounters;
      return core?.normalizer['unmatched'] === 1 && core.normalizer['sourceNotAddress'] === 1;
    });
    socket.close();
    await live.end();
  });

  it('serves events alone at --ingest', async () => {
    const live = await start(dir(), ['--stack', 'dsiem', '--ingest', '127.0.0.1:0']);
    const port = live.port('http');
    expect((await post(port, event('a'))).status).to.equal(200);
    for (const path of ['/', '/config/', '/debug/vars/', '/ui/']) {
      expect((await ask(port, { path })).status, path).to.equal(404);
    }
  });

  it('takes changed configuration only where it would start with it', async () => {
    const config = configDir();
    const live = await start(dir(), [
      ...['--stack', 'dsiem', '--config-dir', config, '--http', '127.0.0.1:0', '--writable-config'],
    ]);
    const send = (name: string, body: string): Promise<HttpAnswer> =>
      ask(live.port('http'), { method: 'POST', path: `/config/${name}`, body });
    const bad = await send('directives_a.json', directives.replace('"priority":5', '"priority":50'));
    expect(bad.status).to.equal(418);
    expect(bad.text).to.match(/directives_a\.json:1:\d+ directives\[0\]\.priority/u);
    expect((await send('other_a.json', '{}')).status).to.equal(418);
    const good = directives.replace('From SRC_IP', 'Changed');
    expect((await send('directives_a.json', good)).status).to.equal(201);
    expect(readFileSync(join(config, 'directives_a.json'), 'utf8')).to.equal(good);
  });

  it('listens as dsiem does, with its variables, and says which of them mean nothing', async () => {
    const port = await freePort();
    const env = { DSIEM_PORT: String(port), DSIEM_STATUS: 'New,Old', DSIEM_FILTER_THREADS: '4' };
    const live = await start(dir(), ['--stack', 'dsiem', '--config-dir', configDir(), '--udp', '127.0.0.1:0'], env);
    expect(live.stderr).to.contain(`listening on http 0.0.0.0:${port}\n`);
    expect(live.stderr).to.match(/DSIEM_FILTER_THREADS changes nothing here: /u);
    expect((await ask(port, { path: '/config/' })).status).to.equal(404);
    await post(port, [event('a', 1), event('b', 2)]);
    await until('both stages are written', () => live.lines('siem_alarms.json').length === 2);
    expect(JSON.parse(live.lines('siem_alarms.json')[0]!)).to.include({ status: 'New' });
  });

  it('does not start with a variable of dsiem that is wrong, and names every one', async () => {
    const env = { DSIEM_PORT: 'x', DSIEM_MODE: 'cluster-backend' };
    const { code, stderr } = await tocsin(['run', '--stack', 'dsiem', '--udp', '127.0.0.1:0'], { cwd: dir(), env });
    expect(code).to.equal(1);
    expect(stderr).to.match(/DSIEM_MODE: is "cluster-backend"; .*\n.*DSIEM_PORT: is "x"; /u);
  });

  it('does not start where the port it was told is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await tocsin(['run', '--stack', 'dsiem', '--http', `127.0.0.1:${port}`], { cwd: dir() });
    other.close();
    expect(code).to.equal(1);
    expect(stderr).to.match(/cannot listen on http 127\.0\.0\.1:\d+: address already in use; /u);
  });

  it('lets in no more than the rate it was told', async () => {
    const limits = ['--max-eps', '1', '--min-eps', '1'];
    const live = await start(dir(), ['--stack', 'dsiem', '--ingest', '127.0.0.1:0', ...limits]);
    expect((await post(live.port('http'), [event('a'), event('b'), event('c')])).status).to.equal(200);
    expect((await post(live.port('http'), event('d'))).status).to.equal(429);
  });
});
