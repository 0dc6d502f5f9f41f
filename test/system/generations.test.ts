import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AlarmLine } from '../../src/directives/index.js';
import { until } from '../support/eventually.js';
import { ask } from '../support/http-client.js';
import { wholeLines } from '../support/json-lines.js';
import { livePrograms, type LiveTocsin } from '../support/live-tocsin.js';
import { line, sendTcp } from '../support/send.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';
import { place } from '../support/user-stack.js';

/** Tells of every record; its second file and its option show in what it tells. At `hold` it waits for a file. */
const told = (gate: string, more = ''): string => `
import { existsSync } from 'node:fs';
import { defineModule, NoticeEvent, type LogRecord } from 'tocsin';
import { z } from 'zod';
import { version } from './told-version.ts';
class Told extends NoticeEvent<{ said: 'string' }> {
  static override readonly fields = { said: 'string' } as const;
  get summary(): string { return this.fields.said + ' (' + version + ')'; }
}
export default defineModule({
  name: 'told', description: 'Tells of every record', options: z.strictObject({ label: z.string() }), events: [Told],
  create: ({ label }: { label: string }, context) => {
    ${more}
    return {
      onRecord: ({ message }: LogRecord): void => {
        if (message.startsWith('hold')) while (!existsSync(${JSON.stringify(gate)})) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
        const count = (context.state.get<number>('count') ?? 0) + 1;
        context.state.put('count', count);
        context.dispatch(new Told({ said: [count, label, version, message].join(' ') }));
      },
    };
  },
});
`;

const rule = (stage: number, rest: object): object => ({
  name: `stage ${stage}`,
  stage,
  type: 'PluginRule',
  plugin_id: 1001,
  plugin_sid: [7],
  from: stage === 1 ? 'ANY' : ':1',
  to: 'ANY',
  port_from: 'ANY',
  port_to: 'ANY',
  protocol: 'ICMP',
  ...rest,
});
const directives = (name: string): string =>
  JSON.stringify({
    directives: [
      {
        id: 1,
        name: `${name} SRC_IP`,
        priority: 5,
        kingdom: 'K',
        category: 'C',
        rules: [
          rule(1, { occurrence: 1, reliability: 1, timeout: 0 }),
          rule(2, { occurrence: 1, reliability: 10, timeout: 600 }),
          rule(3, { occurrence: 100, reliability: 10, timeout: 600 }),
        ],
      },
    ],
  });

let pings = 0;
const pingsFrom = (address: string): object[] =>
  [1, 2, 3].map(() => ({
    event_id: `ping ${(pings += 1)}`,
    timestamp: new Date().toISOString(),
    title: 'ping',
    sensor: 's',
    plugin_id: 1001,
    plugin_sid: 7,
    protocol: 'ICMP',
    src_ip: address,
    src_port: 0,
    dst_ip: '10.0.0.9',
    dst_port: 0,
  }));

const going = 'going on with the changed configuration';

describe('The configuration that records came under', function () {
  this.timeout(90_000);
  const { dir } = temporaryDirs();
  const { start } = livePrograms();
  const gate = (): string => join(dir(), 'gate');

  const configure = (label: string, options: { version?: string; more?: string; modules?: string } = {}): void => {
    const { version = label, more = '', modules = '' } = options;
    place(dir(), 'modules/told.ts', told(gate(), more));
    rmSync(join(dir(), 'modules/told-version.ts'), { force: true });
    place(dir(), 'modules/told-version.ts', `export const version: string = '${version}';\n`);
    place(
      dir(),
      'stacks/mine.yaml',
      `configDir: ../conf\nmodules:\n  told: { label: ${label} }\n  dsiem: {}\n${modules}listeners:\n  event-file: {}\n  alarm-file: {}\n`,
    );
    place(dir(), 'conf/directives_mine.json', directives(label));
    place(dir(), 'conf/assets_mine.json', '{"assets":[{"name":"lan","cidr":"10.0.0.0/8","value":5}]}');
  };
  const run = (...more: string[]): Promise<LiveTocsin> =>
    start(dir(), ['--stack', 'mine', '--tcp', '127.0.0.1:0', '--http', '127.0.0.1:0', ...more]);
  const said = (live: LiveTocsin): string[] =>
    live.events().flatMap(({ event, summary }) => {
      if (event !== 'Told') return [];
      // What an event says is of the code that dispatched it, whichever writes it.
      const [, text = summary] = /^(\d+ \w+ (\w+) .*) \(\2\)$/u.exec(summary) ?? [];
      return [text];
    });
  const tell = (live: LiveTocsin, ...texts: string[]): Promise<void> =>
    sendTcp(live.port('tcp'), texts.map((text) => line(text)).join(''));
  const post = async (live: LiveTocsin, events: object[]): Promise<void> => {
    const { status, text } = await ask(live.port('http'), {
      method: 'POST',
      path: '/events',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(events),
    });
    expect(status, text).to.equal(200);
  };
  const titles = (live: LiveTocsin): string[] => [
    ...new Set(live.lines('siem_alarms.json').map((alarm) => (JSON.parse(alarm) as AlarmLine).title)),
  ];
  const received = (live: LiveTocsin, count: number): Promise<unknown> =>
    live.counted(`${count} frames received`, ({ io }) => (io?.frames ?? 0) >= count);
  const open = (): void => writeFileSync(gate(), '');
  const kept = (): string[] =>
    readdirSync(join(dir(), 'data/generations')).filter((name) => /^[0-9a-f]{64}$/u.test(name));

  it('works on what waited over a kill: options, a file of a user’s module and directives changed meanwhile', async () => {
    configure('A');
    const before = await run('--checkpoint', '100ms');
    await tell(before, 'first');
    await until('the first is told', () => said(before).length === 1);
    await before.counted('a checkpoint', ({ core }) => (core?.checkpoints ?? 0) >= 1);
    await tell(before, 'hold', 'behind it');
    await post(before, pingsFrom('10.0.0.1'));
    await received(before, 6);
    await before.end('SIGKILL');
    configure('B');
    open();
    const after = await run();
    await until('the core has changed', () => after.stderr.includes(going));
    await tell(after, 'last');
    await post(after, pingsFrom('10.0.0.2'));
    await until('all is told', () => said(after).length >= 10 && titles(after).length >= 2);
    expect(said(after).filter((text) => !text.includes('ping'))).to.deep.equal([
      '1 A A first',
      '2 A A hold',
      '3 A A behind it',
      '7 B B last',
    ]);
    expect(titles(after)).to.deep.equal(['A 10.0.0.1', 'B 10.0.0.2']);
    expect((await after.end()).code).to.equal(0);
  });

  it('works on what waited where there was no checkpoint yet', async () => {
    configure('A');
    const before = await run('--checkpoint', '1h');
    await tell(before, 'hold', 'behind it');
    await received(before, 2);
    await before.end('SIGKILL');
    configure('B');
    open();
    const after = await run();
    await until('the core has changed', () => after.stderr.includes(going));
    await tell(after, 'last');
    await until('all is told', () => said(after).length >= 3);
    expect(said(after)).to.deep.equal(['1 A A hold', '2 A A behind it', '3 B B last']);
  });

  it('is that of before for what a slow core has not come to at SIGHUP, twice', async () => {
    configure('A');
    const live = await run();
    await tell(live, 'hold', 'one');
    await received(live, 2);
    configure('B');
    live.signal('SIGHUP');
    await until('B is taken', () => live.stderr.includes('has changed for all that is received from now on'));
    await tell(live, 'two');
    await received(live, 3);
    configure('C');
    live.signal('SIGHUP');
    await until('C is taken', () => live.stderr.split('has changed for all').length === 3);
    await tell(live, 'three');
    await received(live, 4);
    expect(live.stderr).not.to.include(going);
    open();
    await until('all is told', () => said(live).length >= 4);
    expect(said(live)).to.deep.equal(['1 A A hold', '2 A A one', '3 B B two', '4 C C three']);
    expect(live.stderr.split(going)).to.have.length(2);
    const { configuration } = await live.counters();
    expect(configuration).to.include({ changes: 2, under_another: 0 });
    expect((await live.end()).code).to.equal(0);
  });

  it('that is lost, or cannot run, is replaced, said and counted', async () => {
    configure('A');
    const before = await run('--checkpoint', '1h');
    await tell(before, 'hold', 'behind it');
    await received(before, 2);
    await before.end('SIGKILL');
    for (const id of kept()) rmSync(join(dir(), 'data/generations', id), { recursive: true });
    configure('B');
    open();
    const after = await run();
    await until('both are told', () => said(after).length === 2);
    expect(said(after)).to.deep.equal(['1 B B hold', '2 B B behind it']);
    expect(after.stderr).to.match(/the configuration [0-9a-f]{12} cannot be used: .* is missing/u);
    await after.counted('both under another', ({ configuration }) => configuration?.under_another === 2);
    configure('C', { more: "throw new Error('never');" });
    after.signal('SIGHUP');
    await until('the failure is said', () =>
      /cannot be used: module told: could not be created: never/u.test(after.stderr),
    );
    await tell(after, 'on');
    await until('the run goes on as before', () => said(after).length === 3);
    expect(said(after)[2]).to.equal('3 B B on');
    configure('E', { more: 'process.exit(3);' });
    after.signal('SIGHUP');
    await until('the death is said', () =>
      /cannot be used: the core thread ended with exit code 3/u.test(after.stderr),
    );
    configure('D');
    after.signal('SIGHUP');
    await until('the next is taken', () => after.stderr.includes(going));
    await tell(after, 'last');
    await until('the last is told', () => said(after).length === 4);
    expect(said(after)[3]).to.equal('4 D D last');
    expect((await after.end()).code).to.equal(0);
  });

  it('that cannot run is refused at the start, as it always was', async () => {
    configure('A');
    const before = await run();
    await tell(before, 'first');
    await until('it is told', () => said(before).length === 1);
    await before.end();
    configure('B', { more: "throw new Error('never');" });
    const failed = await run().then(
      () => 'started',
      (cause: unknown) => String(cause),
    );
    expect(failed).to.include('module told: could not be created: never');
  });

  it('changes in mid-stream, and a replay of the journal gives the same bytes', async () => {
    configure('A');
    const live = await run('--keep', '1d');
    const tellAll = async (label: string, address: string): Promise<void> => {
      await tell(live, ...Array.from({ length: 200 }, (_, n) => `${label} ${n}`));
      await post(live, pingsFrom(address));
    };
    await tellAll('one', '10.0.0.1');
    configure('B', { modules: '  report: {}\n' });
    live.signal('SIGHUP');
    await tellAll('two', '10.0.0.2');
    await until('B runs', () => live.stderr.includes(going));
    await tellAll('three', '10.0.0.2');
    configure('C');
    live.signal('SIGHUP');
    await until('C runs', () => live.stderr.split(going).length === 3);
    await tellAll('four', '10.0.0.2');
    await until('all is told', () => said(live).length === 812);
    expect((await live.end()).code).to.equal(0);
    expect(new Set(said(live).map((text) => text.split(' ')[1]))).to.deep.equal(new Set(['A', 'B', 'C']));
    rmSync(join(dir(), 'modules'), { recursive: true });
    const replayed = await tocsin(['replay', '--journal', '--out', 'out', '--json'], { cwd: dir() });
    expect(replayed.stderr).to.equal('');
    for (const name of ['events.jsonl', 'siem_alarms.json', 'siem_alarm_events.json']) {
      expect(wholeLines(join(dir(), 'out', name)), name).to.deep.equal(live.lines(name));
    }
    expect(JSON.parse(replayed.stdout)).to.deep.include({ records: 812 });
  });

  it('shows in dsiem_config.json after SIGHUP', async () => {
    configure('A');
    const live = await run();
    const shown = async (): Promise<unknown> =>
      JSON.parse((await ask(live.port('http'), { path: '/config/dsiem_config.json' })).text);
    expect(await shown()).to.deep.include({
      tags: ['Identified Threat', 'False Positive', 'Valid Threat', 'Security Incident'],
    });
    place(dir(), 'stacks/mine.yaml', 'configDir: ../conf\nmodules:\n  told: { label: A }\n  dsiem: { tags: [Ours] }\n');
    live.signal('SIGHUP');
    await until('the tags are shown', async () => JSON.stringify(await shown()).includes('Ours'));
  });
});
