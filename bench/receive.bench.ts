import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Figure } from './support/figure.js';
import { Live } from './support/live.js';

const send = async (
  kind: string,
  port: number,
  rate: number,
  seconds: number,
): Promise<{ sent: number; seconds: number }> => {
  const sender = join(import.meta.dirname, 'support/sender.ts');
  const args = ['--import', 'tsx/esm', sender, kind, String(port), String(rate), String(seconds)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as { sent: number; seconds: number };
};

/** Receives through the sshd stack, journaled, what a sender process sends over loopback at a steady rate. */
const receive = async (kind: 'udp' | 'tcp', rate: number, seconds: number): Promise<Figure[]> => {
  const live = new Live(['--stack', 'sshd', `--${kind}`, '127.0.0.1:0']);
  try {
    const port = await live.port(kind);
    const before = live.usage();
    const { sent, seconds: took } = await send(kind, port, rate, seconds);
    const atEnd = await live.counters();
    const counters = await live.settled(
      ({ core, listeners }) => core.records >= sent && listeners.every(({ lag }) => lag === 0),
    );
    const { cpuSeconds, residentMb } = live.usage();
    const what = `${kind} ${rate}/s for ${seconds} s`;
    return [
      { what: `${what}: sent`, value: Math.round(sent / took), unit: 'messages/s', target: rate },
      { what: `${what}: worked on when the sender stopped`, value: (100 * atEnd.core.records) / sent, unit: '%' },
      { what: `${what}: lost`, value: sent - counters.core.records, unit: 'messages', target: 0 },
      { what: `${what}: CPU`, value: (cpuSeconds - before.cpuSeconds) / took, unit: 'cores' },
      { what: `${what}: resident`, value: residentMb, unit: 'MB' },
    ];
  } catch (cause) {
    throw new Error(`the program said:\n${live.said.slice(-5000)}`, { cause });
  } finally {
    await live.stop();
  }
};

/** UDP and TCP, live. */
export const run = async (): Promise<Figure[]> => [
  ...(await receive('udp', 100_000, 30)),
  ...(await receive('udp', 150_000, 10)),
  ...(await receive('tcp', 300_000, 10)),
];
