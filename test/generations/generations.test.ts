import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Generations } from '../../src/generations/generations.js';
import { generationsDir, historyFile } from '../../src/generations/kept-generations.js';
import type { ModuleDefinition } from '../../src/module.js';
import { type ResolvedStack, resolveStack } from '../../src/stack/resolve.js';
import { searchPath } from '../../src/stack/search-path.js';
import { noteLog } from '../support/note-log.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { place } from '../support/user-stack.js';

const code = (description: string): string => `
import { defineModule } from 'tocsin';
import { z } from 'zod';
export default defineModule({
  name: 'mine', description: '${description}', options: z.looseObject({}), create: (): object => ({}),
});
`;

describe('Generations', () => {
  const { dir } = temporaryDirs();
  const { log, notes } = noteLog();
  const data = (): string => join(dir(), 'data');
  beforeEach(() => void notes.splice(0));

  const resolve = (options = '{}', description = 'first'): Promise<ResolvedStack> => {
    place(dir(), 'modules/mine.ts', code(description));
    place(dir(), 'stacks/mine.yaml', `modules:\n  mine: ${options}\n  report: {}\nlisteners: { logback: {} }\n`);
    return resolveStack({
      names: ['mine'],
      path: searchPath({ cwd: dir() }),
      logDir: join(dir(), 'logs'),
      cacheDir: join(dir(), 'cache'),
    });
  };
  const open = (): Promise<Generations> =>
    Generations.open({ dataDir: data(), cacheDir: join(dir(), 'other-cache'), log });
  const kept = (): string[] => readdirSync(generationsDir(data())).filter((name) => name.length === 64);
  const journalFrom = (...firstSeqs: number[]): string => {
    rmSync(join(data(), 'journal'), { recursive: true, force: true });
    for (const seq of firstSeqs) place(data(), `journal/${String(seq).padStart(16, '0')}.seg`, '');
    return join(data(), 'journal');
  };

  it('keep a configuration so that it runs when the user’s files are gone', async () => {
    const stack = await resolve('{ level: 3 }');
    const id = await (await open()).take(stack);
    for (const name of ['modules', 'stacks', 'cache']) rmSync(join(dir(), name), { recursive: true });
    const chosen = await (await open()).choose(id).then(({ stack: found }) => found);
    const { timeZone, machineTimeZone, files, plugins, hosts } = stack;
    expect(chosen).to.deep.include({ timeZone, machineTimeZone, files, plugins, hosts });
    expect(chosen.modules.map(({ name, options }) => ({ name, options }))).to.deep.equal([
      { name: 'mine', options: { level: 3 } },
      { name: 'report', options: {} },
    ]);
    for (const { url, use } of chosen.modules) {
      const { default: definition } = (await import(url)) as { default: ModuleDefinition };
      expect(definition.name).to.equal(use);
    }
  });

  it('keep one thing once, whatever else is in the stack, and another for every change of an option or of code', async () => {
    const generations = await open();
    const stack = await resolve();
    const first = await generations.take(stack);
    expect(await generations.take({ ...stack, listeners: [], warnings: [] } as ResolvedStack)).to.equal(first);
    expect(kept()).to.deep.equal([first]);
    const ids = [
      first,
      await generations.take(await resolve('{ n: 1 }')),
      await generations.take(await resolve('{}', 'second')),
      await generations.take({ ...stack, machineTimeZone: 'Asia/Kolkata' }),
    ];
    expect(new Set(ids)).to.have.length(4);
    expect(kept().sort()).to.deep.equal([...ids].sort());
  });

  it('are for their owner alone, and what a crash left unfinished is cleared away', async () => {
    mkdirSync(join(generationsDir(data()), '.new-abc'), { recursive: true });
    const id = await (await open()).take(await resolve());
    expect(readdirSync(generationsDir(data()))).to.deep.equal([id]);
    expect(statSync(join(generationsDir(data()), id)).mode & 0o777).to.equal(0o700);
    for (const name of readdirSync(join(generationsDir(data()), id))) {
      expect(statSync(join(generationsDir(data()), id, name)).mode & 0o777, name).to.equal(0o600);
    }
  });

  for (const [what, damage, says] of [
    ['is gone', (path: string) => rmSync(path, { recursive: true }), /is missing/u],
    ['has another text', (path: string) => writeFileSync(join(path, 'stack.json'), '{}'), /stack\.json is damaged/u],
    [
      'has other code',
      (path: string) => {
        const [bundle = ''] = readdirSync(path).filter((name) => name.endsWith('.bundle'));
        writeFileSync(join(path, bundle), 'evil()');
      },
      /\.bundle is damaged/u,
    ],
  ] as const) {
    it(`give the configuration of now for one that ${what}, and say so`, async () => {
      const lost = await (await open()).take(await resolve());
      damage(join(generationsDir(data()), lost));
      const generations = await open();
      const current = await generations.take(await resolve('{ n: 2 }'));
      const chosen = await generations.choose(lost);
      expect(chosen).to.include({ cameUnder: lost, id: current });
      expect(notes.join('\n'))
        .to.match(says)
        .and.include(`under the configuration ${current.slice(0, 12)}`);
    });
  }

  it('mend the one of now where its copy is damaged', async () => {
    const stack = await resolve();
    const id = await (await open()).take(stack);
    writeFileSync(join(generationsDir(data()), id, 'stack.json'), '');
    expect(await (await open()).take(stack)).to.equal(id);
    expect(readFileSync(join(generationsDir(data()), id, 'stack.json'), 'utf8')).to.include('"mine"');
    expect(notes).to.deep.equal([]);
  });

  it('give what ran before for one that fails, and nothing where there is nothing else', async () => {
    const generations = await open();
    const first = await generations.take(await resolve());
    const running = await generations.choose(first);
    generations.runs(running);
    const second = await generations.take(await resolve('{ n: 2 }'));
    expect(generations.failed(await generations.choose(second), 'broken')).to.equal(true);
    expect(await generations.choose(second)).to.include({ cameUnder: second, id: first });
    expect(notes.join('\n')).to.include('cannot be used: broken');
    expect(generations.failed(running, 'broken too')).to.equal(false);
  });

  it('ask no path of a journal’s entry: only a SHA-256 names one', async () => {
    const generations = await open();
    await generations.take(await resolve());
    await generations.choose('../../etc');
    expect(notes.join('\n')).to.include('its name is no SHA-256');
  });

  it('go when the journal begins behind them, and not before', async () => {
    const before = await open();
    const ids: string[] = [];
    for (const [n, seq] of [1, 100, 200].entries()) {
      const id = await before.take(await resolve(`{ n: ${n} }`));
      ids.push(id);
      await before.began({ seq, id });
    }
    const generations = await open();
    await generations.take(await resolve('{ n: 2 }'));
    await generations.prune(journalFrom(99, 150));
    expect(kept().sort()).to.deep.equal([...ids].sort());
    await generations.prune(journalFrom(101, 150));
    expect(kept().sort()).to.deep.equal(ids.slice(1).sort());
    // A segment that was compressed and kept counts as well.
    place(data(), 'journal/0000000000000101.20260101T000000Z-20260101T000001Z.seg.gz', '');
    rmSync(join(data(), 'journal/0000000000000101.seg'));
    await generations.prune(join(data(), 'journal'));
    expect(kept()).to.have.length(2);
    await generations.prune(journalFrom(201));
    expect(kept()).to.deep.equal(ids.slice(2));
    expect(JSON.parse(readFileSync(historyFile(data()), 'utf8'))).to.deep.equal([{ from: 200, id: ids[2] }]);
    expect(notes).to.deep.equal([]);
  });

  it('stay while they are taken and not yet in the journal', async () => {
    const generations = await open();
    const first = await generations.take(await resolve());
    await generations.began({ seq: 1, id: first });
    const second = await generations.take(await resolve('{ n: 2 }'));
    await generations.take(await resolve('{ n: 3 }'));
    await generations.prune(journalFrom(1));
    expect(kept()).to.have.length(3);
    expect(await generations.choose(second)).to.include({ id: second });
  });
});
