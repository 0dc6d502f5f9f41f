import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AlarmLine } from '../../src/directives/index.js';
import { until } from '../support/eventually.js';
import { ask } from '../support/http-client.js';
import { wholeLines } from '../support/json-lines.js';
import { livePrograms, type LiveTocsin } from '../support/live-tocsin.js';
import { wireDirective, wireRule } from '../support/rules.js';
import { savedBacklog, savedOpenRule, savedRule } from '../support/saved-backlogs.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';
import { place } from '../support/user-stack.js';

const hour = { timeout: 3600 };
const directive = wireDirective(
  1,
  [wireRule(1), wireRule(2, { ...hour, occurrence: 2 }), wireRule(3, { ...hour, to: ':2' })],
  { name: 'Story of SRC_IP' },
);
const assets = { assets: [{ name: 'ten', cidr: '10.0.0.0/8', value: 5 }] };

/** In its second stage since a minute ago, with one of two events. */
const under = (alarmId: string, more: object = {}): object => {
  const begun = Math.floor(Date.now() / 1000) - 60;
  const first = savedRule(1, { start_time: begun - 5, end_time: begun });
  const second = savedOpenRule(2, { start_time: begun, event_ids: ['before'] });
  return savedBacklog({ alarm_id: alarmId, rules: [first, second], created_time: begun, update_time: begun, ...more });
};

const stageEvent = (id: string, stage: number): object => ({
  event_id: id,
  timestamp: new Date().toISOString(),
  sensor: 's',
  src_ip: '10.0.0.1',
  dst_ip: '8.8.8.8',
  plugin_id: 1001,
  plugin_sid: stage,
});

const alarmsIn = (path: string): AlarmLine[] => wholeLines(path).map((line) => JSON.parse(line) as AlarmLine);
const storyOf = (path: string): unknown[] =>
  alarmsIn(path).map(({ alarm_id: id, title, rules }) => [id, title, rules.map(({ status }) => status ?? '')]);

describe('Backlogs of dsiem-rs', function () {
  this.timeout(60_000);
  const { dir } = temporaryDirs();
  const { start } = livePrograms();
  const file = (name = '1.json'): string => join(dir(), 'logs/backlogs', name);
  const save = (saved: unknown, name = '1.json'): string =>
    place(dir(), `logs/backlogs/${name}`, typeof saved === 'string' ? saved : JSON.stringify(saved));
  const run = (more: string[] = [], env: Record<string, string> = {}): Promise<LiveTocsin> => {
    place(dir(), 'config/directives_a.json', JSON.stringify({ directives: [directive] }));
    place(dir(), 'config/assets_a.json', JSON.stringify(assets));
    const args = ['--stack', 'dsiem', '--config-dir', join(dir(), 'config'), '--http', '127.0.0.1:0', ...more];
    return start(dir(), args, env);
  };
  const imported = (name = '1.json'): Promise<void> =>
    until(`${name} is renamed`, () => existsSync(file(`${name}.imported`)) && !existsSync(file(name)));
  const post = async (live: LiveTocsin, ...events: object[]): Promise<void> => {
    const { status, text } = await ask(live.port('http'), {
      method: 'POST',
      path: '/events',
      body: JSON.stringify(events),
    });
    expect(status, text).to.equal(200);
  };
  /** Resolves when the module has counted all this. */
  const counted = async (live: LiveTocsin, wanted: Readonly<Record<string, number>>): Promise<void> => {
    await live.counted(`the module counts ${JSON.stringify(wanted)}`, ({ core }) => {
      const counters = core?.modules['dsiem'] ?? {};
      return Object.entries(wanted).every(([name, value]) => counters[name] === value);
    });
  };

  it('go on where they were, once, over restarts, and in a replay of the journal', async () => {
    save([under('first-one'), under('another', { kingdom: 'other' })]);
    save('{"id": ', '2.json');
    const keep = ['--keep', '7d'];
    const live = await run(keep);
    await imported();
    await counted(live, { imported: 1, 'import-other-directive': 1, live_backlogs: 1 });
    expect(live.stderr).to.include('backlogs of dsiem-rs, directive 1: 1 imported, 1 of another kingdom or category');
    expect(live.stderr).to.match(/2\.json is not imported: .*JSON would be right/u);
    expect(existsSync(file('2.json.unusable'))).to.equal(true);
    await post(live, stageEvent('a', 2));
    await until('the second stage has finished', () => live.lines('siem_alarms.json').length === 1);
    await live.end();

    const again = await run(keep);
    await post(again, stageEvent('b', 3));
    await until('the story has ended', () => again.lines('siem_alarms.json').length === 2);
    await again.end();
    expect(storyOf(again.log('siem_alarms.json'))).to.deep.equal([
      ['first-one', 'Story of 10.0.0.1', ['finished', 'finished', '']],
      ['first-one', 'Story of 10.0.0.1', ['finished', 'finished', 'finished']],
    ]);

    save([under('first-one')]);
    const third = await run(keep);
    await imported();
    await counted(third, { 'import-known': 1, live_backlogs: 0 });
    await third.end();

    const replayed = await tocsin(['replay', '--journal', join(dir(), 'data'), '--out', 'out'], { cwd: dir() });
    expect(replayed.code, replayed.stderr).to.equal(0);
    for (const name of ['siem_alarms.json', 'siem_alarm_events.json']) {
      expect(readFileSync(join(dir(), 'out', name), 'utf8'), name).to.equal(readFileSync(third.log(name), 'utf8'));
    }
  });

  it('are not there twice where the program ended before their file was renamed', async () => {
    save([under('first-one')]);
    mkdirSync(file('1.json.imported/in-the-way'), { recursive: true });
    const live = await run();
    await counted(live, { imported: 1, live_backlogs: 1 });
    await until('it says that it could not', () => live.stderr.includes('cannot rename'));
    await live.end('SIGKILL');
    rmSync(file('1.json.imported'), { recursive: true });

    const again = await run();
    await imported();
    await counted(again, { 'import-known': 1, live_backlogs: 1 });
  });

  it('are taken up without a journal, too', async () => {
    save([under('first-one')]);
    const live = await run(['--journal', 'off']);
    await imported();
    await counted(live, { imported: 1 });
    await post(live, stageEvent('a', 2));
    await until('the second stage has finished', () => live.lines('siem_alarms.json').length === 1);
  });

  it('are dropped and counted with RELOAD_BACKLOGS=false', async () => {
    save([under('first-one')]);
    const live = await run([], { DSIEM_RELOAD_BACKLOGS: 'false' });
    await imported();
    await counted(live, { 'dropped-at-start': 1 });
    expect(live.stderr).to.include('1 dropped, for none are to be kept');
  });
});
