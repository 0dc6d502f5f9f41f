import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlockWriter, entryKinds, FrameSource } from '../src/journal/block.js';
import { SegmentLog } from '../src/journal/segment-log.js';
import type { Figure } from './support/figure.js';
import { Live } from './support/live.js';
import { writeSshdLog } from './support/sshd-lines.js';

const lines = Number(process.env['BENCH_LINES'] ?? 1_000_000);
const backlogs = lines / 10;
const blockBytes = 256 * 1024;

/** Lines a second that a run takes from a file and works on, beginning with the start of the program. */
const throughput = async (file: string, ...args: string[]): Promise<number> => {
  const began = performance.now();
  const live = new Live(['--stack', 'sshd', '--tail', file, ...args]);
  try {
    await live.ready();
    await live.settled(({ core }) => core.records >= lines);
    return lines / ((performance.now() - began) / 1000);
  } finally {
    await live.stop();
  }
};

const failed = (number: number): string => {
  const from = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
  return `<38>Nov 20 10:00:00 gate sshd[7]: Failed password for root from ${from} port 22 ssh2`;
};

/** Adds failed logins, each from another of so many sources, behind what a journal holds. */
const addFrames = async (dataDir: string, count: number, sources: number): Promise<void> => {
  const log = await SegmentLog.open({ dir: join(dataDir, 'journal') });
  const source = new FrameSource({ input: 'bench' });
  const now = Date.now();
  for (let number = 0; number < count; ) {
    const block = new BlockWriter({ firstSeq: log.lastSeq + 1, bytes: blockBytes });
    for (; number < count && block.bytes < blockBytes; number += 1) {
      const bytes = Buffer.from(failed(number % sources));
      block.add(entryKinds.frame, 0, source, now, bytes, 0, bytes.length);
    }
    await log.append(block.seal(now));
  }
  await log.close();
};

/** Seconds from the start of the program until it has worked off what a journal holds. */
const workOff = async (dir: string, count: number): Promise<number> => {
  const began = performance.now();
  const live = new Live(['--stack', 'dsiem', '--tcp', '127.0.0.1:0'], dir);
  try {
    await live.ready();
    await live.settled(({ core }) => core.records >= count);
    return (performance.now() - began) / 1000;
  } finally {
    await live.stop({ keep: true });
  }
};

/** What keeping a journal costs, and how long a restart takes that finds much to work off. */
export const run = async (): Promise<Figure[]> => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
  try {
    const file = join(dir, 'whole.log');
    await writeSshdLog(file, lines);
    const without = await throughput(file, '--journal', 'off');
    const withJournal = await throughput(file);
    const dataDir = join(dir, 'data');
    await addFrames(dataDir, backlogs, backlogs);
    await workOff(dir, backlogs);
    await addFrames(dataDir, lines, backlogs);
    const seconds = await workOff(dir, lines);
    return [
      { what: 'a followed file through sshd, --journal off', value: Math.round(without), unit: 'lines/s' },
      {
        what: 'the same, journaled, default --fsync',
        value: Math.round(withJournal),
        unit: 'lines/s',
        target: Math.round(without * 0.75),
      },
      {
        what: `restart with ${lines} frames to work off and ${backlogs} backlogs`,
        value: seconds,
        unit: 's',
        target: 15,
      },
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};
