import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connectTo } from '../../support/send.js';
import { pause, repeating, type Sender, syslog } from './sender.js';

const linesAtOnce = 10;
const pauseMs = 12;

/** Sends lines over a connection that is made again whenever it breaks; each connection is a session of its own. */
export const sendTcp = (options: {
  readonly name: string;
  readonly port: number;
  /** Octet counting (RFC 6587 §3.4.1) instead of line ends. */
  readonly counted: boolean;
}): Sender => {
  const { name, port, counted } = options;
  let socket: Socket | undefined;
  let session = 0;
  let serial = 0;
  const message = (): string => {
    const text = syslog(`${name}-${session}-${serial}`);
    serial += 1;
    return counted ? `${Buffer.byteLength(text)} ${text}` : `${text}\n`;
  };
  const sender = repeating(async () => {
    if (socket === undefined || socket.destroyed) {
      socket = await connectTo(port).catch(() => undefined); // Nobody is there: tried again.
      if (socket !== undefined) session += 1;
      serial = 0;
    }
    if (socket?.writable === true && !socket.writableNeedDrain) {
      socket.write(Array.from({ length: linesAtOnce }, message).join(''));
    }
    await pause(pauseMs);
  });
  return {
    stop: async () => {
      await sender.stop();
      if (socket === undefined || socket.destroyed) return;
      const closed = once(socket, 'close');
      socket.end();
      await closed;
    },
  };
};
