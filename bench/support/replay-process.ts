import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const program = join(import.meta.dirname, '../../bin/tocsin.js');

/** What a replay did, and what it took. */
export interface Replayed {
  readonly records: number;
  readonly normalized: number;
  readonly recordsPerSecond: number;
  /** Records for each second of processor time in user mode, start included: other work on the machine counts less. */
  readonly recordsPerCpuSecond: number;
  readonly peakMb: number;
}

/** Says at the end of a process what it took, on standard error. */
const meter = `data:text/javascript,${encodeURIComponent(`
  import { isMainThread } from 'node:worker_threads';
  if (isMainThread) process.on('exit', () => {
    const { maxRSS, userCPUTime } = process.resourceUsage();
    process.stderr.write('used ' + maxRSS + ' ' + userCPUTime);
  });
`)}`;

/** Runs `tocsin replay` as a process of its own. */
export const replay = async (file: string, ...args: string[]): Promise<Replayed> => {
  const command = ['--import', meter, program, 'replay', file, '--json', ...args];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, command);
  const [, peakKb = 0, cpuMicroseconds = 0] = (/used (\d+) (\d+)/u.exec(stderr) ?? []).map(Number);
  const summary = JSON.parse(stdout) as Pick<Replayed, 'records' | 'normalized' | 'recordsPerSecond'>;
  return {
    ...summary,
    recordsPerCpuSecond: Math.round(summary.records / (cpuMicroseconds / 1_000_000)),
    peakMb: Math.round(peakKb / 1024),
  };
};
