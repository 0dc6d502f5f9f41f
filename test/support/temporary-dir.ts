import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory of its own for each test of the calling suite, removed after it. */
export const temporaryDirs = (): { readonly dir: () => string } => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'tocsin-test-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  return { dir: () => dir };
};
