import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Figure } from './support/figure.js';
import { Live } from './support/live.js';

interface Load {
  readonly batch: number;
  readonly connections: number;
  readonly target: number;
}

const post = async (
  port: number,
  { batch, connections }: Load,
  seconds: number,
): Promise<{ taken: number; seconds: number; p99: number }> => {
  const sender = join(import.meta.dirname, 'support/http-sender.ts');
  const args = ['--import', 'tsx/esm', sender, ...[port, batch, connections, seconds].map(String)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as { taken: number; seconds: number; p99: number };
};

/** Events over loopback into the dsiem stack, each request acknowledged once the journal has it. */
const take = async (load: Load): Promise<Figure[]> => {
  const live = new Live(['--stack', 'dsiem', '--http', '127.0.0.1:0']);
  try {
    const port = await live.port('http');
    const warm = await post(port, load, 2);
    const { taken, seconds, p99 } = await post(port, load, 8);
    const sum = warm.taken + taken;
    const counters = await live.settled(({ core }) => core.records >= sum);
    const what = `POST /events, ${load.batch} a request, ${load.connections} connections`;
    return [
      { what, value: Math.round(taken / seconds), unit: 'events/s', target: load.target },
      { what: `${what}: 99 of 100 answered within`, value: p99, unit: 'ms' },
      { what: `${what}: lost`, value: sum - counters.core.records, unit: 'events', target: 0 },
    ];
  } catch (cause) {
    throw new Error(`the program said:\n${live.said.slice(-5000)}`, { cause });
  } finally {
    await live.stop();
  }
};

/** Events taken over HTTP, on disk. */
export const run = async (): Promise<Figure[]> => [
  ...(await take({ batch: 100, connections: 8, target: 50_000 })),
  ...(await take({ batch: 1, connections: 64, target: 5_000 })),
];
