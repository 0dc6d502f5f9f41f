import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { until } from '../support/eventually.js';
import { ask } from '../support/http-client.js';
import { type LiveTocsin, livePrograms } from '../support/live-tocsin.js';
import { connectTo, line, sendUdp } from '../support/send.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { place } from '../support/user-stack.js';

/** Waits without using the processor, which tests share. */
const stuckModule = `import { defineModule } from 'tocsin';
import { z } from 'zod';
const nobody = new Int32Array(new SharedArrayBuffer(4));
export default defineModule({
  name: 'stuck', description: 'Takes 100 ms a record', options: z.strictObject({}),
  create: () => ({ onRecord: () => { Atomics.wait(nobody, 0, 0, 100); } }),
});
`;

const mebibyte = 1024 * 1024;
const long = line('x'.repeat(60_000));

/** Bytes of memory of its own that a process has, files mapped into it not counted. */
const memoryOf = (pid: number): number => {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/RssAnon:\s+(\d+) kB/u.exec(text)?.[1]) * 1024;
};

/** Watches how much memory a program takes beyond what it had. */
class MemoryWatch {
  readonly #before: number;
  readonly #timer: NodeJS.Timeout;
  most = 0;

  constructor({ pid }: LiveTocsin) {
    this.#before = memoryOf(pid);
    this.#timer = setInterval(() => (this.most = Math.max(this.most, memoryOf(pid) - this.#before)), 20);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** Writes as much as the other side takes; resolves once all is handed over, or the connection is gone. */
const pour = async (socket: Socket, text: string, times: number): Promise<void> => {
  const closed = once(socket, 'close');
  for (let n = 0; n < times && !socket.destroyed; n += 1) {
    if (!socket.write(text)) await Promise.race([once(socket, 'drain'), closed]);
  }
};

describe('tocsin run, sent far more than the core takes,', function () {
  this.timeout(90_000);
  const { dir } = temporaryDirs();
  const { start } = livePrograms();
  let watch: MemoryWatch | undefined;
  afterEach(() => watch?.stop());
  beforeEach(() => {
    place(dir(), 'modules/stuck.mjs', stuckModule);
    place(dir(), 'stacks/stuck.yaml', 'modules: { stuck: {} }\nlisteners: { event-file: {} }\n');
  });

  it('receives all of it in memory that does not grow with it', async () => {
    const live = await start(dir(), ['--stack', 'stuck', '--tcp', '127.0.0.1:0', '--fsync', 'off']);
    watch = new MemoryWatch(live);
    const count = 6000;
    const socket = await connectTo(live.port('tcp'));
    await pour(socket, long.repeat(10), count / 10);
    socket.end();
    const { core } = await live.counted('all is in the journal', ({ io }) => io?.frames === count);
    expect(core?.records).to.be.below(count / 2);
    expect(watch.most / mebibyte, 'MiB beyond what it had').to.be.below(200);
    await live.end('SIGKILL');
  });

  it('with a full journal lets senders and files wait, refuses requests, counts datagrams, in memory that does not grow', async () => {
    const lines = 3000;
    writeFileSync(join(dir(), 'app.log'), long.repeat(lines));
    const inputs = ['--tcp', '127.0.0.1:0', '--udp', '127.0.0.1:0', '--http', '127.0.0.1:0', '--tail', 'app.log'];
    const live = await start(dir(), [
      ...['--stack', 'stuck', '--fsync', 'off', '--journal-max', '32MB', '--tail-from', 'start'],
      ...inputs,
    ]);
    watch = new MemoryWatch(live);
    const socket = await connectTo(live.port('tcp'));
    const poured = pour(socket, long.repeat(10), lines / 10);
    await until('the journal is full', () => live.stderr.includes('the journal is full'));
    const post = { method: 'POST', path: '/events', body: '[]' };
    expect((await ask(live.port('http'), post)).status).to.equal(503);
    await sendUdp(
      live.port('udp'),
      Array.from({ length: 10 }, (_, n) => `datagram ${n}`),
    );
    const received = async (): Promise<Record<string, number>> => {
      const { io } = await live.counters();
      const all: Record<string, number> = { entries: io?.lastSeq ?? 0 };
      for (const { name, counters } of io?.inputs ?? []) {
        for (const [counter, value] of Object.entries(counters)) all[`${name.split(' ')[0]} ${counter}`] = value;
      }
      return all;
    };
    await until('datagrams are counted', async () => (await received())['udp dropped_full'] === 10);
    const before = await received();
    // Two entries of the clock: it could have read on for a second.
    await until('time passes', async () => ((await received())['entries'] ?? 0) >= (before['entries'] ?? 0) + 2);
    const after = await received();
    expect(after['tcp received'], 'of TCP').to.equal(before['tcp received']);
    expect(after['tail received'], 'of the file').to.equal(before['tail received']);
    expect((after['tcp received'] ?? 0) + (after['tail received'] ?? 0)).to.be.within(1, lines);
    expect(watch.most / mebibyte, 'MiB beyond what it had').to.be.below(200);
    socket.destroy();
    await poured;
    await live.end('SIGKILL');
  });
});
