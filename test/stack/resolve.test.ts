import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigurationError } from '../../src/fault.js';
import { type ResolvedStack, resolveStack } from '../../src/stack/resolve.js';
import { searchPath } from '../../src/stack/search-path.js';
import { temporaryDirs } from '../support/temporary-dir.js';

const counter = `
import { defineModule, NoticeEvent } from 'tocsin';
import { z } from 'zod';
class Counted extends NoticeEvent<{ n: 'number' }> {
  static override readonly fields = { n: 'number' } as const;
  get summary(): string { return 'counted ' + String(this.fields.n); }
}
export default defineModule({
  name: 'counter',
  description: 'Counts records',
  options: z.strictObject({ every: z.int().min(1).default(10).describe('records between two events') }),
  events: [Counted],
  create: ({ every }, { dispatch }) => {
    let n = 0;
    return { onRecord: () => { n += 1; if (n % every === 0) dispatch(new Counted({ n })); } };
  },
});
`;

describe('resolveStack()', () => {
  const { dir } = temporaryDirs();

  const write = (path: string, text: string): void => {
    mkdirSync(join(dir(), path, '..'), { recursive: true });
    writeFileSync(join(dir(), path), text);
  };
  const resolve = (...names: string[]): Promise<ResolvedStack> =>
    resolveStack({
      names,
      path: searchPath({ cwd: dir() }),
      logDir: join(dir(), 'logs'),
      cacheDir: join(dir(), 'cache'),
    });
  const faultsOf = async (...names: string[]): Promise<string> => {
    try {
      await resolve(...names);
    } catch (thrown) {
      expect(thrown).to.be.instanceOf(ConfigurationError);
      return (thrown as Error).message.replaceAll(`${dir()}/`, '');
    }
    throw new Error('no fault was found');
  };

  describe('of listeners that would write one file', () => {
    const stackOf = (listeners: string): void =>
      write('stacks/s.yaml', `description: d\nmodules:\n  report: {}\nlisteners:\n${listeners}`);

    it('names both, whatever name each gives it', async () => {
      mkdirSync(join(dir(), 'logs/real'), { recursive: true });
      symlinkSync('real', join(dir(), 'logs/link'));
      symlinkSync('all.jsonl', join(dir(), 'logs/dangling'));
      for (const [one, other] of [
        ['all.jsonl', './sub/../all.jsonl'],
        ['real/all.jsonl', 'link/all.jsonl'],
        ['all.jsonl', 'dangling'],
        ['all.jsonl', join(dir(), 'logs/all.jsonl')],
      ] as const) {
        stackOf(`  event-file: { file: ${one} }\n  again: { use: event-file, file: ${other} }\n`);
        expect(await faultsOf('s')).to.match(
          /s\.yaml:6:.*event-file and again both would write .*, the same file; a file/u,
        );
      }
    });

    it('names them over kinds and directories of files', async () => {
      stackOf('  csv-audit: { dir: a }\n  more: { use: csv-audit, dir: ./a/ }\n');
      expect(await faultsOf('s')).to.match(/csv-audit and more both would write a\/\*\.csv/u);
      stackOf('  event-file: { file: a/x.csv }\n  csv-audit: { dir: a }\n');
      expect(await faultsOf('s')).to.include('event-file and csv-audit both would write a/x.csv and a/*.csv');
      stackOf('  event-file: { file: x.json }\n  alarm-file: { alarms: x.json }\n');
      expect(await faultsOf('s')).to.include('event-file and alarm-file both would write x.json;');
      stackOf('  alarm-file: { alarms: x.json, alarmEvents: x.json }\n');
      expect(await faultsOf('s')).to.include('alarm-file twice would write x.json;');
      stackOf('  logback: { file: a.log }\n  more: { use: logback, file: a.log }\n');
      expect(await faultsOf('s')).to.include('logback and more both would write a.log.*;');
    });

    it('finds nothing wrong with files of their own', async () => {
      stackOf(
        '  event-file: { file: a/all.jsonl }\n  alarm-file: {}\n  csv-audit: { dir: a }\n  logback: { file: all }\n',
      );
      expect((await resolve('s')).listeners).to.have.length(4);
    });
  });

  it('finds the shipped stacks with their modules and listeners', async () => {
    const stack = await resolve('sshd');
    expect(stack.modules.map(({ name }) => name)).to.deep.equal(['sshd']);
    expect(stack.listeners.map(({ name }) => name)).to.deep.equal(['logback', 'event-file', 'csv-audit']);
  });

  it('joins several stacks in order, what is in both once', async () => {
    const stack = await resolve('sshd', 'report');
    expect(stack.modules.map(({ name }) => name)).to.deep.equal(['sshd', 'report']);
    expect(stack.listeners.map(({ name }) => name)).to.deep.equal(['logback', 'event-file', 'csv-audit']);
  });

  it("finds the user's TypeScript module, and runs it twice under two names", async () => {
    write('modules/counter.ts', counter);
    write('stacks/mine.yaml', 'modules:\n  counter: { every: 2 }\n  slow: { use: counter, every: 100 }\n');
    const { modules } = await resolve('mine');
    expect(modules.map(({ name, use, options }) => ({ name, use, options }))).to.deep.equal([
      { name: 'counter', use: 'counter', options: { every: 2 } },
      { name: 'slow', use: 'counter', options: { every: 100 } },
    ]);
    const { default: definition } = (await import(modules[0]!.url)) as { default: { description: string } };
    expect(definition.description).to.equal('Counts records');
  });

  it('lists every fault of all stacks at once, with its place and what would be right', async () => {
    write('modules/counter.ts', counter);
    write(
      'stacks/bad.yaml',
      [
        'modules:',
        '  countr: {}',
        '  counter:',
        '    evry: 2',
        '    every: zero',
        'listeners:',
        '  logback: { when: "event.sevrity == \'error\'" }',
        '  event-file: { when: "event.audit &&" }',
        '  csv-audit: { when: "event.severity" }',
        '',
      ].join('\n'),
    );
    write('stacks/worse.yaml', 'modles:\n  counter: {}\n');
    const faults = await faultsOf('bad', 'worse', 'ssdh');
    expect(faults).to.include('--stack: unknown stack ssdh; did you mean sshd?');
    expect(faults).to.include('stacks/worse.yaml:1:1 modles: unknown option modles; did you mean modules?');
    expect(faults).to.include('stacks/bad.yaml:2:3 modules.countr: unknown module countr; did you mean counter?');
    expect(faults).to.include('stacks/bad.yaml:4:5 modules.counter.evry: unknown option evry; did you mean every?');
    expect(faults).to.include('stacks/bad.yaml:5:5 modules.counter.every: ');
    expect(faults).to.include('listeners.logback.when: unknown filter field sevrity; did you mean event.severity?');
    expect(faults).to.match(/listeners\.event-file\.when: .*a CEL expression/u);
    expect(faults).to.include('listeners.csv-audit.when: gives a string');
  });

  it('names line and column of broken YAML and of broken TypeScript', async () => {
    write('stacks/torn.yaml', 'modules:\n  sshd: { failureLimit: 5\n');
    write('stacks/twice.yaml', 'modules:\n  sshd: {}\n  sshd: {}\n');
    write('modules/broken.ts', 'export default {\n  name: \n');
    write('stacks/broken.yaml', 'modules:\n  broken: {}\n');
    const faults = await faultsOf('torn', 'twice', 'broken');
    expect(faults).to.match(/stacks\/torn\.yaml:\d+:\d+/u);
    expect(faults).to.match(/stacks\/twice\.yaml:3:3: .*unique/iu);
    expect(faults).to.match(/modules\/broken\.ts: \d+:\d+ /u);
  });

  it('refuses one name for two different things, and two stacks that disagree', async () => {
    write('modules/counter.ts', counter);
    write('stacks/one.yaml', 'modules:\n  counter: { every: 2 }\n');
    write('stacks/two.yaml', 'modules:\n  counter: { every: 3 }\n');
    expect(await faultsOf('one', 'two')).to.match(
      /two\.yaml:2:3 modules\.counter: is also, and differently, at .*one\.yaml:2:3/u,
    );
  });

  it('refuses a plugin whose pattern could take forever, and says where it stands', async () => {
    write(
      'plugins/slow.yaml',
      'id: 90001\nname: slow\nproduct: Slow\nrecords: { app: slow }\nkinds:\n  - sid: 1\n    title: Slow\n    category: Service\n    pattern: "^user (a+)+$"\n',
    );
    write('stacks/slow.yaml', 'plugins: ../plugins\nmodules:\n  report: {}\n');
    expect(await faultsOf('slow')).to.match(/plugins\/slow\.yaml:9:\d+ kinds\.0\.pattern: /u);
  });

  it('says what is wrong with a file that defines nothing, or something else', async () => {
    write('modules/empty.ts', 'export const nothing = 1;\n');
    write('modules/other.ts', counter);
    write('stacks/none.yaml', 'modules:\n  empty: {}\n  other: {}\n');
    const faults = await faultsOf('none');
    expect(faults).to.include('modules/empty.ts: has no module as its default export; export default defineModule');
    expect(faults).to.include('modules/other.ts: defines module counter; the name other');
  });

  it('takes maxAge from a listener as how long events are tried again, and leaves a module its own', async () => {
    write(
      'stacks/aged.yaml',
      'modules:\n  sshd: { maxAge: 2h }\nlisteners:\n  event-file: { maxAge: 36h }\n  logback: {}\n',
    );
    const { modules, listeners } = await resolve('aged');
    expect(listeners.map(({ maxAgeMs }) => maxAgeMs)).to.deep.equal([36 * 3_600_000, undefined]);
    expect(listeners[0]?.options).to.deep.equal({});
    expect(modules[0]?.options).to.deep.equal({ maxAge: '2h' });
    expect(modules[0]).not.to.have.property('maxAgeMs');
  });

  it('refuses a maxAge that is none, at its place, and two of them for one listener', async () => {
    write('stacks/aged.yaml', 'listeners:\n  event-file: { maxAge: soon }\n');
    expect(await faultsOf('aged')).to.match(/aged\.yaml:2:\d+ listeners\.event-file\.maxAge: "soon" is no duration/);
    write('stacks/one.yaml', 'listeners:\n  event-file: { maxAge: 1h }\n');
    write('stacks/two.yaml', 'listeners:\n  event-file: { maxAge: 2h }\n');
    expect(await faultsOf('one', 'two')).to.include('is also, and differently, at');
  });
});
