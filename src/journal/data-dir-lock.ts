import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, readdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { messageOf } from '../fault.js';
import { JournalError, systemCodeOf } from './journal-error.js';
import { type KernelLock, kernelLock } from './kernel-lock.js';
import { type ProcessIdentity, isRunning, ownIdentity } from './process-identity.js';

const lockName = /^lock\.(\d{1,12})$/;
const tries = 100;
/** A process that was killed lets go once its last write has returned: on a slow disk, later than it is seen to be gone. */
const letGoWithinMs = 3000;
const lookEveryMs = 50;
const identitySchema = z.object({ pid: z.int().positive(), started: z.string() });

/** A data directory held by this process. */
export interface DataDirLock {
  /** Lets others have it, also where the disk takes no changes any more: what is left is taken over. May be called more than once. */
  release(): Promise<void>;
}

/**
 * Takes a data directory (made where absent) for this process; what a killed process left is taken over.
 * The holder is whoever has the highest `lock.<n>`, a file that names it; a stale one is outbid, never replaced, so that
 * of two processes that find it at once only one succeeds. Processes of other pid namespaces (containers) are not seen by
 * that, but the kernel knows them, where it can be asked (`kernelLock`). Processes of other machines are not seen.
 * `left` is told where it cannot be released in the end.
 * @throws JournalError `locked`, naming the pid of the process that has it; `write-failed`
 */
export const lockDataDir = async (
  dir: string,
  left: (message: string) => void = () => undefined,
): Promise<DataDirLock> => {
  const own = join(dir, `lock-${process.pid}-${randomUUID()}`);
  try {
    await mkdir(dir, { recursive: true, mode: 0o750 });
    const kernel = await lockInKernel(dir);
    try {
      const path = await takeOver(dir, own);
      const tell = (cause: unknown): void =>
        left(`cannot remove ${path}: ${messageOf(cause)}; the next start takes the data directory over`);
      return {
        release: async () => {
          await removeIfThere(path).catch(tell);
          kernel?.release();
        },
      };
    } catch (error) {
      kernel?.release();
      throw error;
    }
  } catch (error) {
    if (error instanceof JournalError) throw error;
    throw new JournalError('write-failed', `cannot lock the data directory ${dir}: ${messageOf(error)}`, error);
  }
};

/** Waits for a process that is just going. @throws JournalError `locked` */
const lockInKernel = async (dir: string): Promise<KernelLock | undefined> => {
  const began = performance.now();
  for (;;) {
    const highest = (await lockNumbers(dir)).at(-1);
    if (highest !== undefined) await refuseIfHeld(dir, highest);
    const lock = await kernelLock(dir);
    if (lock !== 'held') return lock;
    if (performance.now() - began > letGoWithinMs) {
      throw new JournalError(
        'locked',
        `cannot use the data directory ${dir}: a process that cannot be seen from here (in another container?) uses it; stop that one, or name another directory`,
      );
    }
    await delay(lookEveryMs);
  }
};

const takeOver = async (dir: string, own: string): Promise<string> => {
  await writeFile(own, `${JSON.stringify(await ownIdentity())}\n`, { flag: 'wx', mode: 0o640 });
  try {
    return await outbid(dir, own);
  } finally {
    await unlink(own);
  }
};

const outbid = async (dir: string, own: string): Promise<string> => {
  for (let count = 0; count < tries; count += 1) {
    const highest = (await lockNumbers(dir)).at(-1) ?? 0;
    if (highest > 0) await refuseIfHeld(dir, highest);
    const number = highest + 1;
    const path = join(dir, `lock.${number}`);
    if (!(await linked(own, path))) continue;
    const lower = (await lockNumbers(dir)).filter((other) => other !== number);
    if (lower.every((other) => other < number)) {
      try {
        // Not only the one outbid: meanwhile all may have been released, and another begun again at 1.
        for (const other of lower) await refuseIfHeld(dir, other);
      } catch (error) {
        await removeIfThere(path);
        throw error;
      }
      for (const other of lower) await removeIfThere(join(dir, `lock.${other}`));
      return path;
    }
    await removeIfThere(path);
  }
  throw new JournalError(
    'locked',
    `cannot lock the data directory ${dir}: other processes are taking it; start one only`,
  );
};

const refuseIfHeld = async (dir: string, number: number): Promise<void> => {
  const holder = await holderOf(join(dir, `lock.${number}`));
  if (holder === undefined || !(await isRunning(holder))) return;
  throw new JournalError(
    'locked',
    `cannot use the data directory ${dir}: process ${holder.pid} uses it; stop that one, or name another directory`,
  );
};

const lockNumbers = async (dir: string): Promise<number[]> => {
  const numbers: number[] = [];
  for (const name of await readdir(dir)) {
    const number = lockName.exec(name)?.[1];
    if (number !== undefined) numbers.push(Number(number));
  }
  return numbers.sort((a, b) => a - b);
};

const holderOf = async (path: string): Promise<ProcessIdentity | undefined> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return identitySchema.parse(JSON.parse(text));
  } catch {
    // Lock files appear whole; one that cannot be read was torn by a loss of power, so its process is gone.
    return undefined;
  }
};

const linked = async (from: string, to: string): Promise<boolean> => {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false;
    throw error;
  }
};

const removeIfThere = async (path: string): Promise<void> => {
  try {
    await unlink(path);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
  }
};
