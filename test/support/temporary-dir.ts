import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory of its own for each test of the calling suite; removed before the next test, when what ran in it has been ended. */
export const temporaryDirs = (): { readonly dir: () => string } => {
  let dir = '';
  const remove = (): void => {
    if (dir !== '') rmSync(dir, { recursive: true, force: true });
    dir = '';
  };
  beforeEach(() => {
    remove();
    dir = mkdtempSync(join(tmpdir(), 'tocsin-test-'));
  });
  after(remove);
  return { dir: () => dir };
};
