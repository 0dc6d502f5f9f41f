import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { frameFlags, InputError } from '../../src/inputs/input.js';
import { TcpInput } from '../../src/inputs/tcp.js';
import { CollectingLog, CollectingSink, contractMaxFrame, inputContract } from '../contracts/input.js';
import { asCounted, asLine, closed, connectTo, portOf, write } from './tcp-client.js';

for (const [framing, frame, half] of [
  ['newlines', asLine, (bytes: Buffer) => bytes],
  ['octet counting', asCounted, (bytes: Buffer) => Buffer.concat([Buffer.from('100 '), bytes])],
] as const) {
  inputContract(
    `TCP with ${framing}`,
    async (sink, log) => {
      const input = new TcpInput(sink, { host: '127.0.0.1', port: 0, maxFrame: contractMaxFrame, log });
      let socket: Socket | undefined;
      return {
        input,
        send: async (frames) => {
          socket ??= await connectTo(input);
          await write(socket, Buffer.concat(frames.map(frame)));
        },
        sendHalf: async (bytes) => {
          socket ??= await connectTo(input);
          await write(socket, half(bytes));
        },
        close: async () => void socket?.destroy(),
      };
    },
    { waits: true },
  );
}

describe('TcpInput', () => {
  let sink: CollectingSink;
  let log: CollectingLog;
  let inputs: TcpInput[];
  const open = async (options: Partial<ConstructorParameters<typeof TcpInput>[1]> = {}): Promise<TcpInput> => {
    const input = new TcpInput(sink, { host: '127.0.0.1', port: 0, log, ...options });
    inputs.push(input);
    await input.start();
    return input;
  };
  /** Turns of the event loop until something is so; the test's own timeout is the limit. */
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve));
  };

  beforeEach(() => {
    sink = new CollectingSink();
    log = new CollectingLog();
    inputs = [];
  });

  afterEach(() => {
    sink.allow(Number.POSITIVE_INFINITY);
    return Promise.all(inputs.map((input) => input.stop()));
  });

  it('tells both framings apart within one connection', async () => {
    const input = await open();
    const socket = await connectTo(input);
    await write(socket, '<1>line\n12 <2>two\nlines<3>line\r\n3 <4>\n');
    await sink.holds(4);
    expect(sink.texts).to.deep.equal(['<1>line', '<2>two\nlines', '<3>line', '<4>']);
    socket.destroy();
  });

  it('pushes half a frame when its connection ends, marked, and keeps the connections apart', async () => {
    const input = await open({ timeZone: 'UTC' });
    const [a, b] = [await connectTo(input), await connectTo(input)];
    await write(a, '<1>from');
    await write(b, '9 <2>');
    a.end(' a');
    await sink.holds(1);
    b.end();
    await sink.holds(2);
    expect(sink.texts).to.deep.equal(['<1>from a', '<2>']);
    expect(sink.frames.map(({ flags }) => flags)).to.deep.equal([frameFlags.partial, frameFlags.partial]);
    expect(sink.frames[0]?.source).to.include({ peer: '127.0.0.1', timeZone: 'UTC', input: input.name });
    await Promise.all([closed(a), closed(b)]);
    expect(input.counters()).to.include({ partial: 2, connections: 0, connections_total: 2 });
  });

  it('keeps what came before a connection is reset', async () => {
    const input = await open();
    const socket = await connectTo(input);
    await write(socket, '<1>whole\n<2>half');
    await sink.holds(1);
    socket.resetAndDestroy();
    await sink.holds(2);
    expect(sink.texts).to.deep.equal(['<1>whole', '<2>half']);
    expect(input.counters()).to.include({ socket_errors: 1, connections: 0 });
  });

  it('assembles a frame that comes byte by byte', async () => {
    const input = await open();
    const socket = await connectTo(input);
    socket.setNoDelay(true);
    for (const byte of '<1>slow\n5 count') {
      await write(socket, byte);
      await until(() => input.counters().bytes! >= socket.bytesWritten);
    }
    await sink.holds(2);
    expect(sink.texts).to.deep.equal(['<1>slow', 'count']);
    socket.destroy();
  });

  it('goes on after 10 MB without a newline, and after a frame of 10 MB', async () => {
    const input = await open();
    const socket = await connectTo(input);
    const long = Buffer.alloc(10_000_000, 'x');
    for (const bytes of [long, '\n<1>one\n', `${long.length} `, long, '6 <2>two']) void write(socket, bytes);
    await sink.holds(4);
    expect(sink.frames.map(({ bytes, flags }) => [bytes.length, flags])).to.deep.equal([
      [65_536, frameFlags.truncated],
      [6, 0],
      [65_536, frameFlags.truncated],
      [6, 0],
    ]);
    expect(input.counters()).to.include({ truncated: 2, cut_bytes: 2 * (10_000_000 - 65_536), socket_errors: 0 });
    socket.destroy();
  });

  it('takes endless length digits for the line they are', async () => {
    const input = await open({ maxFrame: 100 });
    const socket = await connectTo(input);
    await write(socket, `${'7'.repeat(1_000_000)}\n<1>next\n`);
    await sink.holds(2);
    expect(sink.texts).to.deep.equal(['7'.repeat(100), '<1>next']);
    expect(input.counters()).to.include({ framing_errors: 1, truncated: 1 });
    socket.destroy();
  });

  it('holds 1,000 idle connections and still hears each of them', async () => {
    const input = await open();
    const sockets = await Promise.all(Array.from({ length: 1000 }, () => connectTo(input)));
    await until(() => input.counters().connections === 1000);
    await Promise.all(sockets.map((socket, index) => write(socket, `<1>${index}\n`)));
    await sink.holds(1000);
    expect(new Set(sink.texts).size).to.equal(1000);
    expect(input.counters()).to.include({ refused_connections: 0, connections_total: 1000 });
    for (const socket of sockets) socket.destroy();
  });

  it('closes a connection over the limit at once, counts and tells it, and has room again later', async () => {
    const input = await open({ maxConnections: 2 });
    const [a, b] = [await connectTo(input), await connectTo(input)];
    const refused = [await connectTo(input), await connectTo(input)];
    await Promise.all(refused.map(closed));
    expect(input.counters()).to.include({ refused_connections: 2, connections: 2 });
    expect(log.lines).to.have.length(1);
    expect(log.lines[0]).to.match(/refused a connection from 127\.0\.0\.1: 2 are open, which is the limit/);
    a.destroy();
    await until(() => input.counters().connections === 1);
    const again = await connectTo(input);
    await write(again, '<1>in\n');
    await sink.holds(1);
    b.destroy();
    again.destroy();
  });

  it('ends a silent connection after the idle timeout, and its half line is kept', async () => {
    const input = await open({ idleTimeoutMs: 40 });
    const socket = await connectTo(input);
    await write(socket, '<1>half');
    await closed(socket);
    await sink.holds(1);
    expect(sink.frames[0]).to.include({ text: '<1>half', flags: frameFlags.partial });
    expect(input.counters()).to.include({ idle_closed: 1, connections: 0 });
  });

  it('destroys a connection whose peer does not end it after the idle timeout', async () => {
    const input = await open({ idleTimeoutMs: 40 });
    const socket = await connectTo(input);
    socket.allowHalfOpen = true;
    await once(socket, 'end');
    await until(() => input.counters().connections === 0);
    expect(input.counters().idle_closed).to.equal(1);
    socket.destroy();
  });

  it('still reads what a peer sends after the idle timeout', async () => {
    const input = await open({ idleTimeoutMs: 300 });
    const socket = await connectTo(input);
    socket.allowHalfOpen = true;
    await once(socket, 'end');
    await write(socket, '<1>late\n');
    await sink.holds(1);
    expect(sink.texts).to.deep.equal(['<1>late']);
    socket.destroy();
  });

  it('waits less long inside an octet-counted frame than for a half line', async () => {
    const input = await open({ idleTimeoutMs: 60_000, frameTimeoutMs: 40 });
    const [line, counted] = [await connectTo(input), await connectTo(input)];
    await write(line, '<1>half');
    await write(counted, '99 <2>half');
    await closed(counted);
    await sink.holds(1);
    expect(sink.texts).to.deep.equal(['<2>half']);
    expect(input.counters()).to.include({ idle_closed: 1, connections: 1 });
    line.destroy();
  });

  it('does not take a connection for silent that it keeps waiting itself', async () => {
    const input = await open({ idleTimeoutMs: 40 });
    sink.allow(1);
    const socket = await connectTo(input);
    await write(socket, '<1>a\n<1>b\n');
    await sink.holds(1);
    const other = await connectTo(input);
    await closed(other);
    await until(() => input.counters().connections === 1);
    expect(input.counters().idle_closed).to.equal(1);
    sink.allow(2);
    await sink.holds(2);
    socket.destroy();
  });

  it('makes senders wait while the sink is full, with bounded memory, and loses nothing', async () => {
    const input = await open();
    sink.allow(1);
    const sockets = [await connectTo(input), await connectTo(input), await connectTo(input)];
    const count = 3000;
    const lines = (peer: number): string[] =>
      Array.from({ length: count }, (_, index) => `<1>${peer} ${index} ${'x'.repeat(1000)}`);
    sockets.forEach((socket, peer) =>
      socket.end(
        lines(peer)
          .map((line) => `${line}\n`)
          .join(''),
      ),
    );
    await sink.holds(1);
    await until(() => input.counters().connections === 3);
    const read = input.counters().bytes!;
    expect(read).to.be.below(3 * 200_000);
    for (let room = 1000; room < 3 * count; room += 1000) {
      sink.allow(room);
      await sink.holds(room);
    }
    sink.allow(Number.POSITIVE_INFINITY);
    await sink.holds(3 * count);
    for (const peer of [0, 1, 2]) {
      expect(sink.texts.filter((text) => text.startsWith(`<1>${peer}`))).to.deep.equal(lines(peer));
    }
    expect(sink.pushedWhileFull).to.equal(0);
    await until(() => input.counters().connections === 0);
  });

  it('pushes what it has read even into a full sink when it must stop, so that the sink can count it', async function () {
    this.timeout(10_000);
    const input = await open();
    sink.allow(1);
    const socket = await connectTo(input);
    await write(socket, '<1>a\n<1>b\n<1>c');
    await sink.holds(1);
    await input.stop();
    expect(sink.texts).to.deep.equal(['<1>a', '<1>b', '<1>c']);
    expect(sink.pushedWhileFull).to.equal(2);
  });

  it('listens on all interfaces without a host, and shows IPv4 peers as such', async () => {
    const input = await open({ host: undefined });
    const socket = await connectTo(input);
    await write(socket, '<1>a\n');
    await sink.holds(1);
    expect(sink.frames[0]?.source.peer).to.equal('127.0.0.1');
    expect(input.name).to.equal(`tcp *:${portOf(input.address)}`);
    socket.destroy();
  });

  it('says that a port is in use, where, and what would be right', async () => {
    const first = await open();
    const second = new TcpInput(sink, { host: '127.0.0.1', port: portOf(first.address), log });
    const error: unknown = await second.start().catch((cause: unknown) => cause);
    expect(error).to.be.instanceOf(InputError);
    expect((error as Error).message).to.match(
      /^cannot listen on tcp 127\.0\.0\.1:\d+: address already in use; .*another port/,
    );
  });

  it('closes its connections and frees its port on stop', async () => {
    const input = await open();
    const socket = await connectTo(input);
    await input.stop();
    await closed(socket);
    expect(input.counters().connections).to.equal(0);
    const again = await open({ port: portOf(input.address) });
    expect(again.address).to.equal(input.address);
  });
});
