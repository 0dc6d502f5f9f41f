import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that the kernel gives to outgoing connections: a sender must not come to be connected to itself. */
const lowest = 20_000;
const highest = 32_000;

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false; // Somebody has it.
  }
  server.close();
  await once(server, 'close');
  return true;
};

/** TCP ports at loopback that nobody listened at a moment ago, and that no outgoing connection gets. */
export const freePorts = async (count: number): Promise<number[]> => {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (!ports.includes(port) && (await isFree(port))) ports.push(port);
  }
  return ports;
};
