import type { Socket } from 'node:dgram';

type BufferedSocket = Pick<Socket, 'setRecvBufferSize' | 'getRecvBufferSize'>;

const most = 1024 * 1024 * 1024;
const least = 64 * 1024;

/**
 * Gives a bound socket the largest receive buffer the kernel allows and returns its size in bytes as the kernel counts
 * it (on Linux twice net.core.rmem_max: its bookkeeping is counted in).
 */
export const enlargeReceiveBuffer = (socket: BufferedSocket): number => {
  // Linux cuts what is asked for down to what it allows; others refuse it.
  for (let bytes = most; bytes >= least && !ask(socket, bytes); bytes /= 2);
  return socket.getRecvBufferSize();
};

const ask = (socket: BufferedSocket, bytes: number): boolean => {
  try {
    socket.setRecvBufferSize(bytes);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SOCKET_BUFFER_SIZE') return false;
    throw error;
  }
};
