import { Socket } from 'node:net';
import { expect } from 'chai';
import { TcpConnection } from '../../src/inputs/tcp-connection.js';
import { FrameSource } from '../../src/journal/block.js';
import { newStreamCounts } from '../../src/inputs/stream-reader.js';
import { CollectingSink } from '../contracts/input.js';

describe('TcpConnection', () => {
  const realNow = Date.now;
  afterEach(() => {
    Date.now = realNow;
  });

  it('is not silent for longer because somebody sets the clock', () => {
    const socket = new Socket();
    const connection = new TcpConnection(socket, {
      source: new FrameSource({ input: 'test' }),
      sink: new CollectingSink(),
      maxFrame: 1000,
      octetCounting: true,
      counts: newStreamCounts(),
    });
    Date.now = () => realNow() + 36_000_000;
    expect(connection.checkSilence({ idleTimeoutMs: 3_600_000, frameTimeoutMs: 3_600_000 })).to.equal(false);
    connection.stop();
  });
});
