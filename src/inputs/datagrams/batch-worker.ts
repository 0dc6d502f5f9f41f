/** The thread that reads one socket: it does nothing else, so that no pause of the others loses a datagram. */
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../fault.js';
import { errorCode } from '../listen-error.js';
import * as libc from './libc.js';
import { MessageVector } from './message-vector.js';
import { RingWriter } from './ring.js';
import { decodeSocketAddress, encodeSocketAddress, families, socketAddressBytes } from './socket-address.js';

/** What the thread is started with. */
export interface BatchStart {
  readonly address: string;
  readonly family: 4 | 6;
  readonly port: number;
  readonly scope: number;
  readonly ring: SharedArrayBuffer;
}

/** What it says: first whether it could bind; then that there is something to read, that the socket has trouble, that it has closed. */
export type BatchMessage =
  | { readonly type: 'bound'; readonly address: string; readonly port: number; readonly receiveBuffer: number }
  | { readonly type: 'failed'; readonly message: string; readonly code: string }
  | { readonly type: 'wake' }
  | { readonly type: 'error'; readonly message: string }
  | { readonly type: 'closed' };

const options = { socket: 1, receiveBuffer: 8, receiveBufferForce: 33, ipv6: 41, ipv6Only: 26 } as const;
/** Asked for: the kernel gives what net.core.rmem_max allows. */
const wantedBuffer = 1024 * 1024 * 1024;
/** What a privileged process takes although net.core.rmem_max is smaller; the kernel counts it twice. */
const forcedBuffer = 64 * 1024 * 1024;
const atOnce = 64;
/** Long enough to gather some, short enough for a small receive buffer. */
const gatherMs = 0.5;
/** A thread cannot be ended while it waits in a system call. */
const waitMs = 50;
const drainMs = 500;

const enlarge = (fd: number): number => {
  libc.setOption(fd, options.socket, options.receiveBuffer, wantedBuffer);
  const given = libc.getOption(fd, options.socket, options.receiveBuffer);
  if (given < 2 * forcedBuffer) libc.setOption(fd, options.socket, options.receiveBufferForce, forcedBuffer);
  return libc.getOption(fd, options.socket, options.receiveBuffer);
};

const open = ({ address, family, port, scope }: BatchStart): number => {
  const fd = libc.openDatagramSocket(family === 6 ? families.ipv6 : families.ipv4);
  try {
    if (family === 6) libc.setOption(fd, options.ipv6, options.ipv6Only, 0);
    libc.bind(fd, encodeSocketAddress(address, port, scope));
    return fd;
  } catch (cause) {
    libc.close(fd);
    throw cause;
  }
};

const goFirst = (): void => {
  try {
    setPriority(0, constants.priority.PRIORITY_HIGH);
  } catch {
    // That is a privilege; without it, the other threads' lower priority has to do.
  }
};

const post = (message: BatchMessage): void => parentPort?.postMessage(message);

const receive = (fd: number, ring: RingWriter): void => {
  const vector = new MessageVector(atOnce);
  let until = Number.POSITIVE_INFINITY;
  for (;;) {
    if (until === Number.POSITIVE_INFINITY && ring.stopRequested) until = performance.now() + drainMs;
    const most = Math.min(atOnce, ring.room);
    const count = most === 0 ? 0 : libc.receiveMany(fd, vector.headers, most);
    const now = Date.now();
    for (let index = 0; index < count; index += 1) ring.write(vector.take(index), now);
    if (count > 0 && ring.mustWake()) post({ type: 'wake' });
    const stopping = until !== Number.POSITIVE_INFINITY;
    if (stopping && (count === -libc.EAGAIN || performance.now() > until)) return;
    if (count === -libc.EAGAIN) libc.waitReadable(fd, waitMs);
    else if (count < 0 && count !== -libc.EINTR) {
      post({ type: 'error', message: new libc.SystemCallError('recvmmsg', -count).message });
      ring.nap(waitMs);
    } else if (count >= 0 && count < atOnce && !stopping) ring.nap(gatherMs);
  }
};

const run = (start: BatchStart): void => {
  let fd: number;
  try {
    fd = open(start);
  } catch (cause) {
    post({ type: 'failed', message: messageOf(cause), code: errorCode(cause) });
    return;
  }
  const receiveBuffer = enlarge(fd);
  goFirst();
  post({ type: 'bound', ...decodeSocketAddress(libc.socketName(fd, socketAddressBytes)), receiveBuffer });
  try {
    receive(fd, new RingWriter(start.ring));
  } finally {
    libc.close(fd);
  }
  post({ type: 'closed' });
};

run(workerData as BatchStart);
