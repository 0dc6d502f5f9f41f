import { createSocket, type RemoteInfo } from 'node:dgram';
import { settle } from '../settle.js';
import { enlargeReceiveBuffer } from '../receive-buffer.js';
import type { DatagramReceiver, ReceiverOptions } from './receiver.js';

/** Receives through Node's own sockets, datagram by datagram: on every platform, at a tenth of the speed. Rejects with the system's error. */
export const openSocketReceiver = async (options: ReceiverOptions): Promise<DatagramReceiver> => {
  const { address, family, port, onDatagram, onError } = options;
  const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', ipv6Only: false });
  let received = 0;
  /** The time of this turn of the event loop; 0 until its first datagram. */
  let now = 0;
  const take = (bytes: Buffer, peer: RemoteInfo): void => {
    received += 1;
    if (now === 0) {
      now = Date.now();
      setImmediate(() => {
        now = 0;
      });
    }
    onDatagram(bytes, 0, bytes.length, peer.address, now);
  };
  let receiveBuffer = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address, port }, () => {
        socket.off('error', reject);
        // Still in the turn of binding: no datagram has been offered yet.
        receiveBuffer = enlargeReceiveBuffer(socket);
        socket.on('error', ({ message }) => onError(message)).on('message', take);
        resolve();
      });
    });
  } catch (cause) {
    socket.close();
    throw cause;
  }
  const close = async (): Promise<void> => {
    await settle(() => received, 500);
    socket.off('message', take);
    await new Promise<void>((resolve) => socket.close(resolve));
  };
  const bound = socket.address();
  return { address: bound.address, port: bound.port, receiveBuffer, close };
};
