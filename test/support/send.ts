import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection to a port of this machine; that the other side ends it is no fault of a test. */
export const connectTo = async (port: number): Promise<Socket> => {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.resume();
  return socket;
};

/** Sends text or bytes over a connection of their own and closes it; resolves once all was handed over and the other side has closed too. */
export const sendTcp = async (port: number, bytes: string | Uint8Array): Promise<void> => {
  const socket = await connectTo(port);
  const closed = once(socket, 'close');
  socket.end(bytes);
  await closed;
};

/** Sends each as a datagram, one after the other. */
export const sendUdp = async (port: number, datagrams: readonly (string | Uint8Array)[]): Promise<void> => {
  const socket = createSocket('udp4');
  for (const datagram of datagrams) {
    await new Promise<void>((resolve, reject) => {
      socket.send(datagram, port, '127.0.0.1', (error) => (error === null ? resolve() : reject(error)));
    });
  }
  socket.close();
};

/** A syslog line, ended by a newline. */
export const line = (text: string, tag = 'app'): string => `<13>Nov 20 10:00:00 gate ${tag}: ${text}\n`;

/** Numbered texts: `first 1`, `first 2`, … */
export const numbered = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${word} ${index + 1}`);
