import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const mebibyte = 2 ** 20;

/** A disk that can fail while it is in use. */
export interface FailingDisk {
  readonly dir: string;
  /** The file system finds itself broken: it is read-only from now on, for files that are open, too. */
  readonly fail: () => void;
  /** As after a repair and a restart of the machine: it can be written again. */
  readonly mountAgain: () => void;
  readonly remove: () => void;
}

/** A disk of its own (ext4 in a file), for the running test; skips it, saying so, where that cannot be made. */
export const failingDisk = (test: Mocha.Context): FailingDisk => {
  const place = mkdtempSync(join(tmpdir(), 'tocsin-disk-'));
  const image = join(place, 'image');
  const dir = join(place, 'disk');
  const run = (program: string, ...args: readonly string[]): void => {
    execFileSync(program, args, { stdio: 'ignore' });
  };
  const mount = (): void => run('mount', '-o', 'loop,errors=remount-ro', image, dir);
  try {
    mkdirSync(dir);
    writeFileSync(image, '');
    truncateSync(image, 64 * mebibyte);
    run('mkfs.ext4', '-q', '-F', image);
    mount();
  } catch {
    rmSync(place, { recursive: true });
    process.stderr.write('      skipped: only root can mount a disk from a file, with mkfs.ext4 and loop devices\n');
    test.skip();
  }
  const fail = (): void => {
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
    const device = mounts.find((mounted) => mounted.split(' ')[1] === dir)?.split(' ')[0] ?? '';
    writeFileSync(`/sys/fs/ext4/${device.replace('/dev/', '')}/trigger_fs_error`, 'test');
  };
  const mountAgain = (): void => {
    run('umount', dir);
    mount();
  };
  const remove = (): void => {
    run('umount', '-l', dir);
    rmSync(place, { recursive: true });
  };
  return { dir, fail, mountAgain, remove };
};
