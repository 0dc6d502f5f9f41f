import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';

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
});
