import { readFile } from 'node:fs/promises';

/** A process, told apart from later ones that get its pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Boot of the machine and start of the process in it; empty where the system (no /proc) does not say. */
  readonly started: string;
}

const stateIndex = 0;
const startTimeIndex = 19;

/** Who this process is. */
export const ownIdentity = async (): Promise<ProcessIdentity> => ({
  pid: process.pid,
  started: (await startOf(process.pid))?.started ?? '',
});

/** Whether this very process still runs. A zombie does not. */
export const isRunning = async (identity: ProcessIdentity): Promise<boolean> => {
  if (!exists(identity.pid)) return false;
  const found = await startOf(identity.pid);
  if (found === undefined || identity.started === '') return true; // Not to be told apart: better to refuse than to write twice.
  return found.started === identity.started && !found.ended;
};

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

/** proc(5): /proc/<pid>/stat, fields 3 (state) and 22 (start time, in ticks since boot). */
const startOf = async (pid: number): Promise<{ started: string; ended: boolean } | undefined> => {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1');
    // The name before may hold anything, also parentheses and blanks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const state = fields[stateIndex] ?? '';
    return { started: `${boot.trim()}/${fields[startTimeIndex] ?? ''}`, ended: state === 'Z' || state === 'X' };
  } catch {
    // No /proc, or the process is hidden or just gone: the caller decides on the pid alone.
    return undefined;
  }
};
