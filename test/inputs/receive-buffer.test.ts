import type { Socket } from 'node:dgram';
import { expect } from 'chai';
import { enlargeReceiveBuffer } from '../../src/inputs/receive-buffer.js';

/** A socket of a system that refuses more than `most` bytes. */
const refusing = (most: number, error: Error): Pick<Socket, 'setRecvBufferSize' | 'getRecvBufferSize'> => {
  let size = 1;
  return {
    setRecvBufferSize: (bytes) => {
      if (bytes > most) throw error;
      size = bytes;
    },
    getRecvBufferSize: () => size,
  };
};

describe('enlargeReceiveBuffer()', () => {
  it('asks for less and less until the system gives it', () => {
    const refusal = Object.assign(new Error('ENOBUFS'), { code: 'ERR_SOCKET_BUFFER_SIZE' });
    expect(enlargeReceiveBuffer(refusing(5_000_000, refusal))).to.equal(4 * 1024 * 1024);
    expect(enlargeReceiveBuffer(refusing(0, refusal))).to.equal(1);
  });

  it('hides no other failure', () => {
    expect(() => enlargeReceiveBuffer(refusing(0, new Error('closed')))).to.throw('closed');
  });
});
