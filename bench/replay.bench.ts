import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure } from './support/figure.js';
import { hasRecordedLog, writeRecordedLog } from './support/recorded-log.js';
import { replay } from './support/replay-process.js';
import { writeSshdLog } from './support/sshd-lines.js';

const lines = 2_000_000;
const clock = ['--year', '2025', '--tz', 'UTC'];

/** A real sshd's log, as long as it would be after months. */
const recorded = async (dir: string): Promise<Figure[]> => {
  if (!hasRecordedLog) return [];
  const file = join(dir, 'recorded.log');
  await writeRecordedLog(file, lines);
  const both = await replay(file, '--stack', 'sshd,dsiem', ...clock);
  rmSync(file);
  return [
    { what: 'recorded sshd lines through sshd,dsiem', value: both.recordsPerSecond, unit: 'lines/s', target: 150_000 },
    { what: 'the same by processor time', value: both.recordsPerCpuSecond, unit: 'lines/CPU s' },
  ];
};

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
      { what: 'replay through sshd,dsiem, 2,048 addresses guessing', value: both.recordsPerSecond, unit: 'lines/s' },
      { what: 'the same by processor time', value: both.recordsPerCpuSecond, unit: 'lines/CPU s' },
      ...(await recorded(dir)),
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};
