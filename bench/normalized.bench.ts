import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { writeEvent } from '../src/directives/index.js';
import { ASSETS, directiveFile, quietEvents } from './support/directive-load.js';
import type { Figure } from './support/figure.js';
import { replay } from './support/replay-process.js';

const events = 1_000_000;
const perChunk = 1000;

function* eventLines(directives: number): Generator<string> {
  const next = quietEvents(directives);
  for (let made = 0; made < events; made += perChunk) {
    yield Array.from({ length: perChunk }, () => `${JSON.stringify(writeEvent(next()))}\n`).join('');
  }
}

/** A million stored normalized events through 20,000 directives and through 100, one in ten of which counts, as a whole process. */
export const run = async (): Promise<Figure[]> => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
  const rates = async (directives: number): ReturnType<typeof replay> => {
    writeFileSync(join(dir, 'directives_bench.json'), directiveFile(directives));
    const file = join(dir, `events-${directives}.jsonl`);
    await pipeline(Readable.from(eventLines(directives)), createWriteStream(file));
    return await replay(file, '--format', 'normalized', '--stack', 'dsiem', '--config-dir', dir);
  };
  try {
    writeFileSync(join(dir, 'assets_bench.json'), ASSETS);
    const many = await rates(20_000);
    const few = await rates(100);
    const what = 'replay --format normalized, one event in ten counts';
    return [
      { what: `${what}, 20,000 directives`, value: many.recordsPerSecond, unit: 'events/s', target: 250_000 },
      { what: 'the same by processor time', value: many.recordsPerCpuSecond, unit: 'events/CPU s' },
      { what: `${what}, 100 directives`, value: few.recordsPerSecond, unit: 'events/s' },
      { what: 'the same by processor time', value: few.recordsPerCpuSecond, unit: 'events/CPU s' },
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};
