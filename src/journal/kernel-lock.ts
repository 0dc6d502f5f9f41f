import { closeSync, openSync } from 'node:fs';

/** A directory that the kernel lets no other process lock, until it is released or this process is gone. */
export interface KernelLock {
  /** May be called more than once. */
  release(): void;
}

const exclusiveWithoutWaiting = 2 | 4; // LOCK_EX | LOCK_NB of flock(2), Linux.

/**
 * Locks a directory by flock(2): `held` where another has it, in whichever container it runs and by whichever path it
 * came; undefined where this cannot be told (another system, a file system without such locks). Rejects where the directory
 * cannot be opened.
 */
export const kernelLock = async (dir: string): Promise<KernelLock | 'held' | undefined> => {
  if (process.platform !== 'linux') return undefined;
  const flock = await loadFlock();
  if (flock === undefined) return undefined;
  const fd = openSync(dir, 'r'); // No FileHandle: one that nobody names any more would be closed, and the lock be gone.
  const answer = flock(fd);
  if (answer !== 'locked') {
    closeSync(fd);
    return answer;
  }
  let released = false;
  return {
    release: () => {
      if (!released) closeSync(fd);
      released = true;
    },
  };
};

const loadFlock = async (): Promise<((fd: number) => 'locked' | 'held' | undefined) | undefined> => {
  try {
    const { default: koffi } = await import('koffi');
    const flock = koffi.load(null).func('int flock(int, int)');
    return (fd) => {
      if (flock(fd, exclusiveWithoutWaiting) === 0) return 'locked';
      return koffi.errno() === koffi.os.errno['EAGAIN'] ? 'held' : undefined;
    };
  } catch {
    return undefined; // A platform koffi is not built for: the caller goes by process ids alone.
  }
};
