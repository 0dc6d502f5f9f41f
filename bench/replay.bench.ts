import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Figure } from './support/figure.js';
import { writeSshdLog } from './support/sshd-lines.js';

const lines = 2_000_000;
const program = join(import.meta.dirname, '../bin/tocsin.js');

interface Summary {
  readonly records: number;
  readonly recordsPerSecond: number;
}

const replay = async (file: string, ...args: string[]): Promise<Summary & { readonly peakMb: number }> => {
  const script = `import('${program}'); process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS));`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    ...['--input-type=module', '-e', script, '--', 'replay', file, '--year', '2025', '--tz', 'UTC', '--json'],
    ...args,
  ]);
  const peakKb = Number(/peak (\d+)/u.exec(stderr)?.[1] ?? 0);
  return { ...(JSON.parse(stdout) as Summary), peakMb: Math.round(peakKb / 1024) };
};

/** Stored sshd lines through stacks, as a whole process. */
export const run = async (): Promise<Figure[]> => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
  const whole = join(dir, 'whole.log');
  const quarter = join(dir, 'quarter.log');
  try {
    await writeSshdLog(whole, lines);
    await writeSshdLog(quarter, lines / 4);
    const sshd = await replay(whole, '--stack', 'sshd');
    const less = await replay(quarter, '--stack', 'sshd');
    const both = await replay(quarter, '--stack', 'sshd,dsiem');
    return [
      { what: 'replay of 2 M lines through sshd', value: sshd.recordsPerSecond, unit: 'lines/s', target: 300_000 },
      { what: 'peak memory of that', value: sshd.peakMb, unit: 'MB' },
      { what: 'peak memory of a quarter of it', value: less.peakMb, unit: 'MB' },
      { what: 'replay through sshd,dsiem', value: both.recordsPerSecond, unit: 'lines/s', target: 150_000 },
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};
