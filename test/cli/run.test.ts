import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';
import { place, placeTellStack } from '../support/user-stack.js';

describe('tocsin run', () => {
  const { dir } = temporaryDirs();

  it('does not start with an archive of a journal that is off', async () => {
    const { code, stderr } = await tocsin(['run', '--stdin', '--stack', 'sshd', '--journal', 'off', '--keep', '7d'], {
      cwd: dir(),
    });
    expect(code).to.equal(2);
    expect(stderr).to.include('--keep keeps the journal, and --journal is off');
    expect(existsSync(join(dir(), 'data'))).to.equal(false);
  });

  for (const [args, expected, said] of [
    [['--fsync', 'soon'], 2, /"soon" is no duration; always, off, 100ms or 5s would be right/],
    [['--watchdog', 'never'], 2, /"never" is no duration; off, 500ms, 5s or 5m would be right/],
    [['--watchdog', '5ms'], 2, /"5ms" cannot be used; 100ms or more, or off, would be right/],
    [['--max-delay', 'none'], 2, /"none" is no duration; 0, 500ms, 5s or 5m would be right/],
    [['--checkpoint', '40d'], 2, /"40d" is too long; at most 24d would be right/],
    [['--discard-oor-events', 'maybe'], 2, /"maybe" is neither; true or false would be right/],
    [['--log-dir', 'a-file'], 1, /cannot use a-file as log directory: ENOTDIR.*; a directory that this user may write/],
    [['--data-dir', 'a-file'], 1, /cannot use a-file as data directory: .*; a directory that this user may write/],
    [['--capture', 'stacks'], 1, /cannot write the capture stacks: EISDIR.*; a file that this user may write/],
  ] as const) {
    it(`says what is wrong and what would be right: ${args.join(' ')}`, async () => {
      place(dir(), 'a-file', '');
      placeTellStack(dir());
      const { code, stderr } = await tocsin(['run', '--stdin', '--stack', 'tell', ...args], { cwd: dir() });
      expect(stderr).to.match(said);
      expect(stderr).not.to.match(/\n\s+at /u);
      expect(code).to.equal(expected);
    });
  }
});
