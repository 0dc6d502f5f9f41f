import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { lockDataDir } from '../../src/journal/data-dir-lock.js';
import { JournalError } from '../../src/journal/journal-error.js';

const module = pathToFileURL(join(import.meta.dirname, '../../src/journal/data-dir-lock.ts')).href;

/** A process that locks the directory, says so, and stays until it is killed. */
const startHolder = async (dir: string): Promise<ChildProcess> => {
  const script = `const { lockDataDir } = await import(${JSON.stringify(module)});
    await lockDataDir(${JSON.stringify(dir)}); console.log('locked'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  await once(child.stdout, 'data');
  return child;
};

const refusalOf = async (dir: string): Promise<JournalError> => {
  try {
    await lockDataDir(dir);
  } catch (error) {
    if (error instanceof JournalError) return error;
    throw error;
  }
  throw new Error('was not refused');
};

describe('lockDataDir()', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'data-dir-lock-'));
  });
  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  it('gives a directory to one only, and to the next after release', async () => {
    const deep = join(dir, 'not', 'there', 'yet');
    const lock = await lockDataDir(deep);
    const refusal = await refusalOf(deep);
    expect(refusal.code).to.equal('locked');
    expect(refusal.message).to.contain(`process ${process.pid}`).and.contain(deep);
    await lock.release();
    await lock.release();
    expect(await readdir(deep)).to.deep.equal([]);
    await (await lockDataDir(deep)).release();
  });

  it('refuses while another process has it, and takes over when that was killed', async () => {
    const child = await startHolder(dir);
    const ended = once(child, 'exit');
    try {
      expect((await refusalOf(dir)).message).to.contain(`process ${child.pid}`);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
    await (await lockDataDir(dir)).release();
    expect(await readdir(dir)).to.deep.equal([]);
  });

  it('takes over from a process whose pid another one has now', async () => {
    await writeFile(join(dir, 'lock.7'), JSON.stringify({ pid: process.pid, started: 'an earlier boot/1' }));
    const lock = await lockDataDir(dir);
    expect(await readdir(dir)).to.deep.equal(['lock.8']);
    expect(JSON.parse(await readFile(join(dir, 'lock.8'), 'utf8'))).to.include({ pid: process.pid });
    await lock.release();
  });

  it('refuses while a process has it that cannot be seen from here, and takes over when that is gone', async function () {
    if (process.platform !== 'linux') this.skip();
    const child = await startHolder(dir);
    const ended = once(child, 'exit');
    // What a process in another container leaves for this one to see: a pid that here is nobody's, or somebody else's.
    const [name = ''] = (await readdir(dir)).filter((each) => each.startsWith('lock.'));
    await writeFile(join(dir, name), JSON.stringify({ pid: process.pid, started: 'an earlier boot/1' }));
    try {
      const refusal = await refusalOf(dir);
      expect(refusal.code).to.equal('locked');
      expect(refusal.message).to.contain(dir).and.contain('another container');
      expect(await readdir(dir)).to.deep.equal([name]);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
    await (await lockDataDir(dir)).release();
    expect(await readdir(dir)).to.deep.equal([]);
  });

  it('waits for a process that lets go in a moment', async function () {
    if (process.platform !== 'linux') this.skip();
    const child = await startHolder(dir);
    const [name = ''] = (await readdir(dir)).filter((each) => each.startsWith('lock.'));
    await writeFile(join(dir, name), JSON.stringify({ pid: process.pid, started: 'an earlier boot/1' }));
    const taken = lockDataDir(dir);
    setTimeout(() => child.kill('SIGKILL'), 200);
    await (await taken).release();
  });

  it('takes over a lock whose bytes are torn', async () => {
    for (const [index, text] of ['', '\0\0\0', '{"pid":"x"}', '{"pid":-1,"started":""}'].entries()) {
      await writeFile(join(dir, `lock.${10 + 2 * index}`), text);
      await (await lockDataDir(dir)).release();
    }
  });

  it('lets one of many win that find a stale lock at once', async () => {
    for (let round = 0; round < 20; round += 1) {
      await writeFile(join(dir, 'lock.1'), '');
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataDir(dir)));
      const locks = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      expect(locks.length).to.equal(1);
      await locks[0]!.release();
      expect(await readdir(dir)).to.deep.equal([]);
    }
  });

  it('says what is wrong where the directory cannot be made', async () => {
    await writeFile(join(dir, 'file'), '');
    const refusal = await refusalOf(join(dir, 'file'));
    expect(refusal).to.include({ code: 'write-failed', systemCode: 'EEXIST' });
  });
});
