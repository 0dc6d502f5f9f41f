import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { outputNames, rotateOutputs } from '../torture/outputs.js';
import { startLoad } from '../torture/load.js';
import { pause } from '../torture/senders/sender.js';
import { Victim } from '../torture/victim.js';
import { type Growth, growthOf } from './growth.js';
import { type Sample, takeSample } from './sample.js';

const sampleEveryMs = 1000;
const rotateEveryMs = 10_000;
/** Caches fill and files reach their sizes in this share of the run; what is measured comes behind it. */
const warmUpShare = 1 / 3;
const rotationsKept = 2;

/** What came out of it. */
export interface SoakReport {
  readonly growth: readonly Growth[];
  /** What is wrong; none where nothing grew. */
  readonly findings: readonly string[];
  /** Messages worked on. */
  readonly records: number;
}

const removeOldOutputs = (logDir: string): void => {
  for (const name of outputNames) rmSync(join(logDir, `${name}.${rotationsKept + 1}`), { force: true });
};

/** Runs the program under steady mixed load, with rotations of what it reads and writes, and looks what it uses meanwhile. */
export const soak = async (options: {
  readonly durationMs: number;
  /** An empty directory for all files. */
  readonly dir: string;
}): Promise<SoakReport> => {
  const { durationMs, dir } = options;
  const load = await startLoad(dir);
  const victim = new Victim(dir, [...load.args, '--journal-max', '32MB']);
  const samples: Sample[] = [];
  let records = 0;
  try {
    if (!(await victim.ready())) throw new Error(`the program did not start:\n${victim.said}`);
    const began = performance.now();
    const age = (): number => performance.now() - began;
    let rotateAt = rotateEveryMs;
    while (age() < durationMs && !victim.over) {
      await pause(sampleEveryMs);
      if (age() > rotateAt) {
        rotateAt += rotateEveryMs;
        load.file.rotate();
        rotateOutputs(join(dir, 'logs'));
        removeOldOutputs(join(dir, 'logs'));
      }
      if (age() > durationMs * warmUpShare) samples.push(takeSample(victim.pid, join(dir, 'data')));
    }
    records = (await victim.counters()).core?.records ?? 0;
  } finally {
    await load.close();
    victim.signal('SIGTERM');
    await victim.ended();
  }
  const growth = growthOf(samples);
  const findings = growth
    .filter(({ isTooMuch }) => isTooMuch)
    .map(({ what, before, after, bound }) => `${what} grew from ${before} to ${after}, more than to ${bound}`);
  if (victim.end !== 0) findings.push(`the program ended with ${String(victim.end)}:\n${victim.said.slice(-3000)}`);
  return { growth, findings, records };
};
