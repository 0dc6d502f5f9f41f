import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SegmentLog } from '../src/journal/segment-log.js';
import { blocksOf, failedLogins } from './support/failed-logins.js';
import type { Figure } from './support/figure.js';
import { Live } from './support/live.js';
import { sshdLines, writeSshdLog } from './support/sshd-lines.js';

const lines = Number(process.env['BENCH_LINES'] ?? 1_000_000);
/** Each begins four backlogs. */
const sources = lines / 40;

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

/** Adds messages behind what a journal holds. */
const addFrames = async (dataDir: string, messages: Iterable<string>): Promise<void> => {
  const log = await SegmentLog.open({ dir: join(dataDir, 'journal') });
  for (const block of blocksOf(messages, log.lastSeq)) await log.append(block);
  await log.close();
};

/** Seconds from the start of the program until it has worked off what a journal holds. */
const workOff = async (dir: string, stack: string, count: number): Promise<number> => {
  const began = performance.now();
  const live = new Live(['--stack', stack, '--tcp', '127.0.0.1:0'], dir);
  try {
    await live.ready();
    await live.settled(({ core }) => core.records >= count);
    return (performance.now() - began) / 1000;
  } finally {
    await live.stop({ keep: true });
  }
};

function* withPriority(messages: Iterable<string>): Generator<string> {
  for (const message of messages) yield `<38>${message}`;
}

/** Seconds from a start to the last of so many lines that the journal holds, with all those backlogs live. */
const restart = async (stack: string): Promise<number> => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
  const dataDir = join(dir, 'data');
  try {
    await addFrames(dataDir, failedLogins(0, sources, sources));
    await workOff(dir, stack, sources);
    await addFrames(dataDir, withPriority(sshdLines(lines)));
    return await workOff(dir, stack, lines);
  } finally {
    rmSync(dir, { recursive: true, force: true });
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
    const what = `${lines.toLocaleString('en')} frames to work off and ${(sources * 4).toLocaleString('en')} backlogs`;
    return [
      { what: 'a followed file through sshd, --journal off', value: Math.round(without), unit: 'lines/s' },
      {
        what: 'the same, journaled, default --fsync',
        value: Math.round(withJournal),
        unit: 'lines/s',
        target: Math.round(without * 0.75),
      },
      { what: `restart with ${what}, dsiem`, value: await restart('dsiem'), unit: 's', target: 15 },
      { what: 'the same, sshd,dsiem', value: await restart('sshd,dsiem'), unit: 's' },
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};
