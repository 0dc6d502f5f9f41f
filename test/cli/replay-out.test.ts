import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { faultOfOut } from '../../src/cli/replay-out.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';

describe('faultOfOut()', () => {
  const { dir } = temporaryDirs();
  const dataDir = (): string => join(dir(), 'data');
  const writeRun = (...paths: string[]): void => {
    mkdirSync(dataDir());
    mkdirSync(join(dir(), 'logs/audit'), { recursive: true });
    const places = paths.map((path) => [join(dir(), path), { dev: 1, ino: 2, end: 3, event: 4, lines: 1 }]);
    const positions = { 'event-file': { event: 4, files: Object.fromEntries(places) as unknown }, logback: 4 };
    writeFileSync(join(dataDir(), 'listeners.json'), JSON.stringify(positions));
  };

  for (const path of ['logs/events.jsonl', 'logs/audit/sshd.login.csv']) {
    it(`refuses a directory where a run writes ${path}, also through a link`, () => {
      writeRun(path);
      symlinkSync(join(dir(), 'logs'), join(dir(), 'link'));
      expect(faultOfOut(join(dir(), 'logs'), dataDir())).to.include(join(dir(), path));
      expect(faultOfOut(join(dir(), 'link'), dataDir())).to.include(join(dir(), path));
    });
  }

  it('refuses the data directory', () => {
    writeRun();
    expect(faultOfOut(`${dataDir()}/../data`, dataDir())).to.include('is the data directory');
  });

  it('takes a directory beside or above them, and any where no run was', () => {
    writeRun('logs/events.jsonl', 'logs/audit/sshd.login.csv');
    expect(faultOfOut(join(dir(), 'out'), dataDir())).to.equal(undefined);
    expect(faultOfOut(dir(), dataDir())).to.equal(undefined);
    expect(faultOfOut(join(dir(), 'logs'), join(dir(), 'nowhere'))).to.equal(undefined);
    writeFileSync(join(dataDir(), 'listeners.json'), '{');
    expect(faultOfOut(join(dir(), 'logs'), dataDir())).to.equal(undefined);
  });

  it('ends a replay before it has removed anything', async () => {
    writeRun('logs/events.jsonl');
    writeFileSync(join(dir(), 'auth.log'), '');
    const { code, stderr } = await tocsin(['replay', 'auth.log', '--stack', 'sshd', '--out', 'logs'], { cwd: dir() });
    expect(code).to.equal(2);
    expect(stderr).to.include('--out logs holds').and.include('would be right');
  });
});
