import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure } from './support/figure.js';
import { replay } from './support/replay-process.js';
import { writeSshdLog } from './support/sshd-lines.js';

const lines = 2_000_000;
const clock = ['--year', '2025', '--tz', 'UTC'];

/** Stored sshd lines through stacks, as a whole process. */
export const run = async (): Promise<Figure[]> => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
  const whole = join(dir, 'whole.log');
  const quarter = join(dir, 'quarter.log');
  try {
    await writeSshdLog(whole, lines);
    await writeSshdLog(quarter, lines / 4);
    const sshd = await replay(whole, '--stack', 'sshd', ...clock);
    const less = await replay(quarter, '--stack', 'sshd', ...clock);
    const both = await replay(whole, '--stack', 'sshd,dsiem', ...clock);
    return [
      { what: 'replay of 2 M lines through sshd', value: sshd.recordsPerSecond, unit: 'lines/s', target: 300_000 },
      { what: 'the same by processor time', value: sshd.recordsPerCpuSecond, unit: 'lines/CPU s' },
      { what: 'peak memory of that', value: sshd.peakMb, unit: 'MB' },
      { what: 'peak memory of a quarter of it', value: less.peakMb, unit: 'MB' },
      { what: 'replay through sshd,dsiem', value: both.recordsPerSecond, unit: 'lines/s', target: 150_000 },
      { what: 'the same by processor time', value: both.recordsPerCpuSecond, unit: 'lines/CPU s' },
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};
