import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a program uses at one moment. Sizes in bytes. */
export interface Sample {
  readonly resident: number;
  readonly threads: number;
  readonly handles: number;
  readonly journal: number;
  readonly outbox: number;
  readonly checkpoints: number;
}

const pageBytes = 4096;

const bytesBelow = (dir: string): number => {
  if (!existsSync(dir)) return 0;
  let sum = 0;
  for (const name of readdirSync(dir)) {
    // It may be removed between the two.
    sum += statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return sum;
};

/** What the process uses now, as the kernel says (Linux), and its data directory. */
export const takeSample = (pid: number, dataDir: string): Sample => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces: proc_pid_stat(5) counts from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    resident: Number(fields[21]) * pageBytes,
    threads: Number(fields[17]),
    handles: readdirSync(`/proc/${pid}/fd`).length,
    journal: bytesBelow(join(dataDir, 'journal')),
    outbox: bytesBelow(join(dataDir, 'outbox')),
    checkpoints: bytesBelow(join(dataDir, 'checkpoint')),
  };
};
