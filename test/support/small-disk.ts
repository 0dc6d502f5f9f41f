import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of its own of so many MiB (tmpfs), for the running test; skips it, saying so, where that cannot be made. */
export const smallDisk = (
  test: Mocha.Context,
  mebibytes: number,
): { readonly dir: string; readonly remove: () => void } => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', dir], { stdio: 'ignore' });
  } catch {
    rmdirSync(dir);
    process.stderr.write('      skipped: only root can mount a small disk\n');
    test.skip();
  }
  const remove = (): void => {
    execFileSync('umount', ['-l', dir]);
    rmdirSync(dir);
  };
  return { dir, remove };
};
