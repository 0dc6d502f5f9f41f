import { createSocket, type Socket } from 'node:dgram';
import { expect } from 'chai';
import { frameFlags, InputError } from '../../src/inputs/input.js';
import { canBatch, openBatchReceiver } from '../../src/inputs/datagrams/batch-receiver.js';
import { openSocketReceiver } from '../../src/inputs/datagrams/socket-receiver.js';
import { UdpInput, type UdpOptions } from '../../src/inputs/udp.js';
import { CollectingLog, CollectingSink, contractMaxFrame, inputContract } from '../contracts/input.js';

/** Threads run what is built. */
const builtThread = new URL('../../dist/src/inputs/datagrams/batch-worker.js', import.meta.url);

const receivers: readonly (readonly [how: string, open: NonNullable<UdpOptions['openReceiver']>])[] = [
  ['datagram by datagram', openSocketReceiver],
  ...(canBatch()
    ? [['many datagrams a call', (options) => openBatchReceiver(options, builtThread)] as (typeof receivers)[number]]
    : []),
];

const portOf = (address: string): number => Number(/\d+$/.exec(address)?.[0]);

const sendAll = async (
  socket: Socket,
  frames: readonly Uint8Array[],
  port: number,
  host = '127.0.0.1',
): Promise<void> => {
  for (const frame of frames) {
    await new Promise<void>((resolve, reject) => {
      socket.send(frame, port, host, (error) => (error === null ? resolve() : reject(error)));
    });
  }
};

for (const [how, openReceiver] of receivers) {
  inputContract(
    `UDP, ${how}`,
    async (sink, log) => {
      const input = new UdpInput(sink, { host: '127.0.0.1', port: 0, maxFrame: contractMaxFrame, openReceiver, log });
      const client = createSocket('udp4');
      let closing: Promise<void> | undefined;
      return {
        input,
        send: (frames) => sendAll(client, frames, portOf(input.address)),
        close: () => (closing ??= new Promise((resolve) => client.close(() => resolve()))),
      };
    },
    { waits: false },
  );
}

for (const [how, openReceiver] of receivers)
  describe(`UdpInput, ${how},`, () => {
    let sink: CollectingSink;
    let log: CollectingLog;
    let inputs: UdpInput[];
    const open = async (options: Partial<ConstructorParameters<typeof UdpInput>[1]> = {}): Promise<UdpInput> => {
      const input = new UdpInput(sink, { host: '127.0.0.1', port: 0, openReceiver, log, ...options });
      inputs.push(input);
      await input.start();
      return input;
    };
    const send = async (input: UdpInput, frames: readonly string[], host = '127.0.0.1'): Promise<void> => {
      const client = createSocket(host.includes(':') ? 'udp6' : 'udp4');
      await sendAll(
        client,
        frames.map((frame) => Buffer.from(frame)),
        portOf(input.address),
        host,
      );
      client.close();
    };

    beforeEach(() => {
      sink = new CollectingSink();
      log = new CollectingLog();
      inputs = [];
    });

    afterEach(() => Promise.all(inputs.map((input) => input.stop())));

    it('makes an empty datagram an empty frame, and counts it', async () => {
      const input = await open();
      await send(input, ['a', '', 'b']);
      await sink.holds(3);
      expect(sink.texts).to.deep.equal(['a', '', 'b']);
      expect(input.counters()).to.include({ received: 3, empty: 1, bytes: 2, truncated: 0 });
    });

    it('leaves newlines and NUL at the end to the parser', async () => {
      const input = await open();
      await send(input, ['a\r\n\0']);
      await sink.holds(1);
      expect(sink.texts).to.deep.equal(['a\r\n\0']);
    });

    it('takes the largest datagram there is', async () => {
      const input = await open();
      await send(input, ['x'.repeat(65_507)]);
      await sink.holds(1);
      expect(sink.frames[0]?.bytes).to.have.length(65_507);
      expect(sink.frames[0]?.flags).to.equal(0);
    });

    it('cuts and marks a datagram over the limit', async () => {
      const input = await open({ maxFrame: 10 });
      await send(input, ['0123456789', '0123456789a']);
      await sink.holds(2);
      expect(sink.texts).to.deep.equal(['0123456789', '0123456789']);
      expect(sink.frames.map(({ flags }) => flags)).to.deep.equal([0, frameFlags.truncated]);
    });

    it('names the peer by address alone, one source a peer', async () => {
      const input = await open({ timeZone: 'Europe/Berlin', year: 2015 });
      await send(input, ['a']);
      await send(input, ['b']);
      await sink.holds(2);
      expect(sink.frames[0]?.source).to.include({ peer: '127.0.0.1', timeZone: 'Europe/Berlin', year: 2015 });
      expect(sink.frames[1]?.source).to.equal(sink.frames[0]?.source);
      expect(sink.frames[0]?.source.input).to.equal(`udp 127.0.0.1:${portOf(input.address)}`);
    });

    it('listens on all interfaces without a host, and shows IPv4 peers as such', async () => {
      const input = await open({ host: undefined });
      await send(input, ['v4']);
      await sink.holds(1);
      expect(sink.frames[0]?.source.peer).to.equal('127.0.0.1');
      expect(input.name).to.equal(`udp *:${portOf(input.address)}`);
      if (!input.address.startsWith('[::]')) return;
      await send(input, ['v6'], '::1');
      await sink.holds(2);
      expect(sink.frames[1]?.source.peer).to.equal('::1');
    });

    it('says that a port is in use, where, and what would be right', async () => {
      const first = await open();
      const second = new UdpInput(sink, { host: '127.0.0.1', port: portOf(first.address), openReceiver, log });
      const error: unknown = await second.start().catch((cause: unknown) => cause);
      expect(error).to.be.instanceOf(InputError);
      expect((error as Error).message).to.match(
        /^cannot listen on udp 127\.0\.0\.1:\d+: address already in use; .*another port/,
      );
      await second.stop();
    });

    it('says that an address is not this machine’s', async () => {
      const input = new UdpInput(sink, { host: '192.0.2.1', port: 0, openReceiver, log });
      const error: unknown = await input.start().catch((cause: unknown) => cause);
      expect((error as Error).message).to.match(
        /^cannot listen on udp 192\.0\.2\.1:0: this machine has no such address; /,
      );
    });

    it('shows the receive buffer it was given', async () => {
      const input = await open();
      expect(input.counters().receive_buffer).to.be.at.least(100_000);
    });

    it('counts and tells of datagrams the kernel dropped while this process was busy', async function () {
      if (process.platform !== 'linux') {
        console.log('      skipped: /proc/net/udp is only there on Linux');
        return this.skip();
      }
      const input = await open();
      const client = createSocket('udp4');
      const bytes = Buffer.alloc(60_000);
      // The callbacks of these sends wait for this loop; the datagrams do not.
      const count = Math.ceil((input.counters().receive_buffer! * 1.2 + 10e6) / bytes.length) + 50;
      const port = portOf(input.address);
      await new Promise<void>((resolve) => client.connect(port, '127.0.0.1', resolve));
      for (let index = 0; index < count; index += 1) client.send(bytes);
      const dropped = input.counters().dropped_kernel!;
      expect(dropped).to.be.greaterThan(0);
      await sink.holds(count - dropped);
      expect(input.counters()).to.include({ received: count - dropped, dropped_kernel: dropped });
      expect(log.lines).to.have.length(1);
      expect(log.lines[0]).to.match(
        /^warn udp 127\.0\.0\.1:\d+: the kernel dropped \d+ datagrams .*net\.core\.rmem_max/,
      );
      client.close();
    });
  });
