import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Input } from '../../src/inputs/input.js';

/** The port at the end of an address. */
export const portOf = (address: string): number => Number(/\d+$/.exec(address)?.[0]);

/** A connected client of a TCP input on 127.0.0.1; errors of the socket are ignored, they belong to the test's other end. */
export const connectTo = async (input: Input): Promise<Socket> => {
  const socket = connect({ host: '127.0.0.1', port: portOf(input.address) });
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  // Read, or the end of the other side is never seen.
  socket.resume();
  return socket;
};

/** Resolves once the bytes have been handed to the kernel. */
export const write = (socket: Socket, bytes: string | Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error === null || error === undefined ? resolve() : reject(error)));
  });

/** Resolves once the socket is closed. */
export const closed = (socket: Socket): Promise<void> =>
  socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once('close', () => resolve()));

/** A frame ended by a newline. */
export const asLine = (frame: Buffer): Buffer => Buffer.concat([frame, Buffer.from('\n')]);

/** A frame after its count. */
export const asCounted = (frame: Buffer): Buffer => Buffer.concat([Buffer.from(`${frame.length} `), frame]);
