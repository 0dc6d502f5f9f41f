import { existsSync } from 'node:fs';
import { join } from 'node:path';

const dir = join(import.meta.dirname, '../../../shared/data');

/** A real log beside the project; skips the calling test, saying so, where it is absent. */
export const sharedLog = (test: Mocha.Context, name: string): string => {
  const path = join(dir, name);
  if (!existsSync(path)) {
    if (test.test !== undefined) test.test.title += ` (skipped: ../shared/data/${name} is absent)`;
    test.skip();
  }
  return path;
};
