import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { closeSync, existsSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Figure } from './support/figure.js';
import { Live } from './support/live.js';

const rate = 10_000;
const seconds = 20;
const markEveryMs = 40;
const waitMs = 5000;
const wantedMs = 250;

/** One failed login from these addresses, which nothing else comes from, is an alarm at once. */
const directives = {
  directives: [
    {
      id: 1,
      name: 'Awaited from SRC_IP',
      priority: 5,
      kingdom: 'k',
      category: 'c',
      rules: [1, 2].map((stage) => ({
        name: `stage ${stage}`,
        type: 'PluginRule',
        stage,
        plugin_id: 4003,
        plugin_sid: [1, 6],
        occurrence: 1,
        from: stage === 1 ? '198.18.0.0/15' : ':1',
        to: 'ANY',
        reliability: 10,
        timeout: stage === 1 ? 0 : 600,
      })),
    },
  ],
};

const assets = { assets: [{ name: 'awaited', cidr: '198.18.0.0/15', value: 5 }] };

const addressOf = (serial: number): string => `198.18.${Math.floor(serial / 250)}.${1 + (serial % 250)}`;
const lineOf = (serial: number): string =>
  `<86>${new Date().toISOString()} web1 sshd[1]: Failed password for root from ${addressOf(serial)} port 4000 ssh2`;

/** Looks at the end of a file for addresses, every millisecond. */
class AlarmWatch {
  readonly #path: string;
  readonly #buffer = Buffer.alloc(1024 * 1024);
  readonly sentAt = new Map<string, number>();
  readonly latencies: number[] = [];
  #file: number | undefined;
  #offset = 0;

  constructor(path: string) {
    this.#path = path;
  }

  look(): void {
    if (this.#file === undefined && !existsSync(this.#path)) return;
    this.#file ??= openSync(this.#path, 'r');
    const count = readSync(this.#file, this.#buffer, 0, this.#buffer.length, this.#offset);
    const end = this.#buffer.lastIndexOf(10, count - 1) + 1;
    if (count === 0 || end === 0) return;
    this.#offset += end;
    const now = performance.now();
    for (const [, address = ''] of this.#buffer.toString('latin1', 0, end).matchAll(/"src_ips":\["([^"]+)"\]/gu)) {
      const sentAt = this.sentAt.get(address);
      if (sentAt === undefined) continue;
      this.sentAt.delete(address);
      this.latencies.push(now - sentAt);
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}

/** Sends a datagram now and then while `busy` lasts, and awaits the alarm of each. */
const sendMarks = async (port: number, watch: AlarmWatch, busy: Promise<unknown>): Promise<void> => {
  const socket = createSocket('udp4');
  const looking = setInterval(() => watch.look(), 1);
  let serial = 0;
  const sending = setInterval(() => {
    watch.sentAt.set(addressOf(serial), performance.now());
    socket.send(lineOf(serial), port, '127.0.0.1');
    serial += 1;
  }, markEveryMs);
  await busy;
  clearInterval(sending);
  const until = performance.now() + waitMs;
  while (watch.sentAt.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
  clearInterval(looking);
  socket.close();
};

/** From a datagram to the line of its alarm in siem_alarms.json, while others come at a steady rate, journaled. */
export const run = async (): Promise<Figure[]> => {
  const config = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
  writeFileSync(join(config, 'directives_latency.json'), JSON.stringify(directives));
  writeFileSync(join(config, 'assets_latency.json'), JSON.stringify(assets));
  const live = new Live(['--stack', 'dsiem', '--config-dir', config, '--udp', '127.0.0.1:0']);
  const watch = new AlarmWatch(join(live.dir, 'logs', 'siem_alarms.json'));
  try {
    const port = await live.port('udp');
    const sender = join(import.meta.dirname, 'support/sender.ts');
    const args = ['--import', 'tsx/esm', sender, 'udp', String(port), String(rate), String(seconds)];
    await sendMarks(port, watch, promisify(execFile)(process.execPath, args));
  } finally {
    watch.close();
    await live.stop();
    rmSync(config, { recursive: true, force: true });
  }
  const sorted = watch.latencies.sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  const what = `datagram to alarm line at ${rate}/s`;
  return [
    { what: `${what}: alarms awaited`, value: sorted.length + watch.sentAt.size, unit: 'alarms' },
    { what: `${what}: not there within ${waitMs / 1000} s`, value: watch.sentAt.size, unit: 'alarms', target: 0 },
    { what: `${what}: p50`, value: at(0.5), unit: 'ms' },
    { what: `${what}: p99`, value: at(0.99), unit: 'ms', target: wantedMs },
    { what: `${what}: max`, value: at(1), unit: 'ms' },
  ];
};
