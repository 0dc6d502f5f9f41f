import { renameSync } from 'node:fs';
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { until } from '../support/eventually.js';
import { messagesIn, wholeLines } from '../support/json-lines.js';
import { livePrograms } from '../support/live-tocsin.js';
import { connectTo, line, numbered, sendTcp } from '../support/send.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';
import { place, placeTellStack } from '../support/user-stack.js';

const hangingListener = `import { defineListener } from 'tocsin';
import { z } from 'zod';
export default defineListener({
  name: 'hang', description: 'Never done', options: z.strictObject({}),
  create: () => ({ handle: () => new Promise<void>(() => undefined) }),
});
`;

const lines = (texts: readonly string[]): string => texts.map((text) => line(text)).join('');

describe('tocsin run', function () {
  this.timeout(60_000);
  const { dir } = temporaryDirs();
  const { start } = livePrograms();
  beforeEach(() => placeTellStack(dir()));

  it('ends with 1 where ports are in use, saying which, all at once', async () => {
    const tcp = createServer().listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const udp = createSocket('udp4');
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    const address = tcp.address();
    const udpPort = udp.address().port;
    const tcpPort = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const args = ['run', '--stack', 'tell', '--tcp', `127.0.0.1:${tcpPort}`, '--udp', `127.0.0.1:${udpPort}`];
    const { code, stdout, stderr } = await tocsin(args, { cwd: dir() });
    tcp.close();
    udp.close();
    expect(stderr).to.include(`127.0.0.1:${tcpPort}`).and.include(`127.0.0.1:${udpPort}`);
    expect(stderr.match(/in use/g)).to.have.length(2);
    expect([code, stdout]).to.deep.equal([1, '']);
  });

  it('begins a moved events.jsonl anew on SIGHUP, and a moved capture, and loses nothing', async () => {
    const capture = `${dir()}/received.cap`;
    const live = await start(dir(), ['--stack', 'tell', '--tcp', '127.0.0.1:0', '--capture', capture]);
    const [before, after] = [numbered('before', 300), numbered('after', 300)];
    await sendTcp(live.port('tcp'), lines(before));
    await live.told(300);
    renameSync(live.log('events.jsonl'), live.log('events.jsonl.1'));
    renameSync(capture, `${capture}.1`);
    live.signal('SIGHUP');
    await until('files reopened', () => live.stderr.includes('SIGHUP: files reopened'));
    await until('the capture is begun anew', () => wholeLines(capture).length === 1);
    await sendTcp(live.port('tcp'), lines(after));
    await live.told(300);
    expect((await live.end()).code).to.equal(0);
    expect(messagesIn(live.log('events.jsonl.1'))).to.deep.equal(before);
    expect(live.messages()).to.deep.equal(after);
    // Each begins with a line that says what it is.
    expect(wholeLines(`${capture}.1`)).to.have.length(301);
    expect(wholeLines(capture)).to.have.length(301);
  });

  it('prints all counters on SIGUSR2, and they add up: frames, records, events, deliveries', async () => {
    const live = await start(dir(), ['--stack', 'tell', '--tcp', '127.0.0.1:0']);
    await sendTcp(live.port('tcp'), lines(numbered('counted', 1000)));
    const { io, core, listeners } = await live.counted(
      'all delivered',
      ({ io, core, listeners }) => io?.frames === 1000 && core?.records === 1000 && listeners[0]?.lag === 0,
    );
    expect(io?.inputs.map(({ counters }) => counters['received'])).to.deep.equal([1000]);
    expect(listeners).to.have.length(1);
    expect(listeners[0]).to.include({
      name: 'event-file',
      delivered: core?.events,
      failed: 0,
      filtered: 0,
      dropped: 0,
    });
    expect(core?.events).to.equal(1000);
    expect(live.over).to.equal(false);
  });

  it('stops cleanly within 10 s with 1,000 connections open, each in mid-frame', async () => {
    const live = await start(dir(), ['--stack', 'tell', '--tcp', '127.0.0.1:0']);
    const sockets = await Promise.all(Array.from({ length: 1000 }, () => connectTo(live.port('tcp'))));
    for (const [index, socket] of sockets.entries()) socket.write(`${line(`whole ${index}`)}<13>half ${index}`);
    await live.told(1000);
    const { code, tookMs } = await live.end('SIGTERM');
    expect(code).to.equal(0);
    expect(tookMs).to.be.below(10_000);
    for (const socket of sockets) socket.destroy();
    const messages = live.messages();
    expect(messages.filter((message) => message.startsWith('whole'))).to.have.length(1000);
    expect(messages.filter((message) => message.startsWith('half'))).to.have.length(1000);
  });

  it('stops cleanly within 10 s while a listener hangs, and that listener gets its events at the next start', async () => {
    place(dir(), 'listeners/hang.ts', hangingListener);
    placeTellStack(dir(), '  hang: {}\n');
    const live = await start(dir(), ['--stack', 'tell', '--tcp', '127.0.0.1:0']);
    await sendTcp(live.port('tcp'), lines(numbered('told', 50)));
    await live.told(50);
    const { code, tookMs } = await live.end('SIGTERM');
    expect(code).to.equal(0);
    expect(tookMs).to.be.below(10_000);
    expect(live.stderr).to.match(/listener hang has yet to get \d+ events: it gets them at the next start/);
    const next = await start(dir(), ['--stack', 'tell', '--tcp', '127.0.0.1:0']);
    const { listeners } = await next.counters();
    expect(listeners.find(({ name }) => name === 'hang')?.lag).to.be.at.least(50);
    expect(next.messages()).to.deep.equal(numbered('told', 50));
  });

  it('ends at once at the second signal', async () => {
    place(dir(), 'listeners/hang.ts', hangingListener);
    placeTellStack(dir(), '  hang: {}\n');
    const live = await start(dir(), ['--stack', 'tell', '--tcp', '127.0.0.1:0']);
    await sendTcp(live.port('tcp'), lines(['one']));
    await live.told(1);
    live.signal('SIGINT');
    await until('it is stopping', () => live.stderr.includes('SIGINT: stopping'));
    const { code, tookMs } = await live.end('SIGTERM');
    expect(code).to.equal(143);
    expect(tookMs).to.be.below(1000);
  });

  it('ends by itself with 0 once standard input, its only input, has ended, and has told of all of it', async () => {
    const input = lines(numbered('piped', 2000));
    const { code, stdout } = await tocsin(['run', '--stack', 'tell', '--stdin'], { cwd: dir(), input });
    expect([code, stdout]).to.deep.equal([0, '']);
    expect(messagesIn(`${dir()}/logs/events.jsonl`)).to.deep.equal(numbered('piped', 2000));
  });
});
