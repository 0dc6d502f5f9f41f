import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { temporaryDirs } from '../support/temporary-dir.js';
import { gather, programPath, surroundings, tocsin } from '../support/tocsin.js';
import { place } from '../support/user-stack.js';

const commands = ['run', 'replay', 'parse', 'check', 'stacks', 'modules', 'listeners'];

describe('tocsin', () => {
  const { dir } = temporaryDirs();

  it('shows an example in the --help of each command, on stdout, with exit code 0', async () => {
    const helped = await Promise.all(commands.map((command) => tocsin([command, '--help'], { cwd: dir() })));
    for (const [index, { code, stdout, stderr }] of helped.entries()) {
      expect(stdout).to.match(new RegExp(`Examples?:\\n +\\$ tocsin ${commands[index]} `));
      expect([code, stderr]).to.deep.equal([0, '']);
    }
  });

  it('ends with 2 and a word on stderr where it is used wrongly', async () => {
    const wrong = [
      [['bogus'], "unknown command 'bogus'"],
      [['replay'], "missing required argument 'file'"],
      [['parse', '--bogus'], "unknown option '--bogus'"],
      [['replay', 'x', '--year', '12'], '"12" is no year; 1970 to 2999 would be right'],
      [['parse', 'x', '--tz', 'Mars/Base'], '"Mars/Base" is no time zone; UTC or Europe/Berlin would be right'],
      [['run', '--max-frame', 'much'], '"much" is no size; 65536, 64KiB or 20GB would be right'],
      [['run', '--max-frame', '0'], '"0" cannot be used; 16 to 16MiB would be right'],
      [['parse', '--max-frame', '10GB'], '"10GB" cannot be used; 16 to 16MiB would be right'],
      [['run', '--journal-max', '0'], '"0" cannot be used; 1MB to 100000GB would be right'],
      [['run', '--idle-timeout', '30d'], '"30d" is too long; at most 24d would be right'],
      [['replay', 'x', '--format', 'xml'], 'Allowed choices are'],
    ] as const;
    const seen = await Promise.all(wrong.map(([args]) => tocsin(args, { cwd: dir() })));
    for (const [index, { code, stdout, stderr }] of seen.entries()) {
      expect(stderr).to.include(wrong[index]?.[1]);
      expect([code, stdout]).to.deep.equal([2, '']);
    }
  });

  it('takes every option from the environment too, and prefers the command line', async () => {
    const log = place(dir(), 'a.log', 'Mar  1 10:00:00 host app: hello\n');
    const env = { TOCSIN_YEAR: '2011', TOCSIN_TZ: 'Europe/Berlin' };
    const [fromEnvironment, overridden, wrong] = await Promise.all([
      tocsin(['parse', log], { cwd: dir(), env }),
      tocsin(['parse', log, '--year', '2012'], { cwd: dir(), env }),
      tocsin(['parse', log], { cwd: dir(), env: { TOCSIN_YEAR: 'soon' } }),
    ]);
    expect(JSON.parse(fromEnvironment.stdout)).to.include({ time: '2011-03-01T09:00:00.000Z' });
    expect(JSON.parse(overridden.stdout)).to.include({ time: '2012-03-01T09:00:00.000Z' });
    expect(wrong.code).to.equal(2);
    expect(wrong.stderr).to.include('TOCSIN_YEAR');
  });

  it('takes an empty list in the environment for none', async () => {
    const log = place(dir(), 'a.log', 'Mar  1 10:00:00 host app: hello\n');
    const { code, stdout } = await tocsin(['replay', log, '--json'], { cwd: dir(), env: { TOCSIN_STACK: '' } });
    expect(code).to.equal(0);
    expect(JSON.parse(stdout)).to.have.nested.property('events.SshdStats', 1);
  });

  it('ends with 1 where the data directory cannot be one, saying what would be', async () => {
    const file = place(dir(), 'a-file', '');
    const { code, stderr } = await tocsin(['run', '--data-dir', file, '--stdin'], { cwd: dir() });
    expect(stderr).to.match(
      /^tocsin: cannot use .*a-file as data directory: EEXIST.*; a directory that this user may write would be right$/m,
    );
    expect(code).to.equal(1);
  });

  it('ends quietly with 0 when whoever reads its output stops reading', async () => {
    const lines = 'Mar  1 10:00:00 host app: a line that is not short at all\n'.repeat(40_000);
    const log = place(dir(), 'long.log', lines);
    const child = spawn(process.execPath, [programPath, 'parse', log], { cwd: dir(), env: surroundings() });
    const stderr = gather(child.stderr);
    child.stdout.once('data', () => child.stdout.destroy());
    const [code] = (await once(child, 'close')) as [number | null];
    expect([code, stderr.text()]).to.deep.equal([0, '']);
  });

  it('says that its output could not be written, and ends with 1', async () => {
    const child = spawn('sh', ['-c', 'exec "$0" "$1" stacks > /dev/full', process.execPath, programPath], {
      cwd: dir(),
      env: surroundings(),
    });
    const stderr = gather(child.stderr);
    const [code] = (await once(child, 'close')) as [number | null];
    expect(stderr.text()).to.match(/^tocsin: cannot write standard output: .*ENOSPC/);
    expect(code).to.equal(1);
  });
});
