import { createSocket } from 'node:dgram';
import { pause, repeating, type Sender, syslog } from './sender.js';

const datagramsAtOnce = 5;
const pauseMs = 10;

/** Sends datagrams to a port, whether somebody listens or not. */
export const sendUdp = ({ name, port }: { readonly name: string; readonly port: number }): Sender => {
  const socket = createSocket('udp4');
  let serial = 0;
  const send = (): Promise<void> =>
    new Promise((resolve) => socket.send(syslog(`${name}-0-${serial++}`), port, '127.0.0.1', () => resolve()));
  const sender = repeating(async () => {
    for (let count = 0; count < datagramsAtOnce; count += 1) await send();
    await pause(pauseMs);
  });
  return {
    stop: async () => {
      await sender.stop();
      socket.close();
    },
  };
};
