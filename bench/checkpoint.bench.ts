import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stackOf } from '../src/cli/stack-options.js';
import { createCore } from '../src/frontend/core.js';
import { BlockReader } from '../src/journal/block.js';
import { Checkpointer } from '../src/run/checkpointer.js';
import { blocksOf, failedLogins } from './support/failed-logins.js';
import type { Figure } from './support/figure.js';

const sources = 25_000;
const rounds = 10;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** How long the thread is taken at a time while something goes on, ms. */
const turnsOf = async (done: Promise<unknown>): Promise<number[]> => {
  const turns: number[] = [];
  let going = true;
  let last = performance.now();
  const turn = (): void => {
    const now = performance.now();
    turns.push(now - last);
    last = now;
    if (going) setImmediate(turn);
  };
  setImmediate(turn);
  await done;
  going = false;
  return turns;
};

/** How long a checkpoint keeps the core from its work, while all of 100,000 live backlogs have changed. */
export const run = async (): Promise<Figure[]> => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
  try {
    const stack = await stackOf({ stack: ['dsiem'] });
    const core = await createCore({ stack, clock: 'receipt', log, event: () => undefined, checkpoints: true });
    const checkpointer = await Checkpointer.open({ dir, log, eventsAreSafe: () => Promise.resolve() });
    checkpointer.attach(core);
    const slices: number[] = [];
    let seq = 0;
    for (let round = 0; round < rounds; round += 1) {
      for (const bytes of blocksOf(failedLogins(seq, seq + sources, sources), seq)) {
        core.frontend.block(new BlockReader(bytes));
      }
      seq += sources;
      checkpointer.workedOn(seq);
      const turns = await turnsOf(checkpointer.commit());
      // Turns in which nothing was written are waits for the disk, and would only make the rest look shorter.
      slices.push(...turns.filter((ms) => ms > 0.2));
    }
    await checkpointer.close();
    slices.sort((a, b) => a - b);
    const backlogs = core.moduleGauges.get('dsiem')?.get('live_backlogs') ?? 0;
    const what = `pause for a slice of a checkpoint, ${backlogs.toLocaleString('en')} live backlogs changed`;
    return [
      { what: `${what}, p99`, value: slices[Math.floor(slices.length * 0.99)] ?? 0, unit: 'ms', target: 20 },
      { what: 'the longest', value: slices.at(-1) ?? 0, unit: 'ms' },
      { what: 'slices', value: slices.length, unit: '' },
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};
