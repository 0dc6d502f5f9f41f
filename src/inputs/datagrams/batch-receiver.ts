import { endianness, networkInterfaces } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { BatchMessage, BatchStart } from './batch-worker.js';
import type { DatagramReceiver, ReceiverOptions } from './receiver.js';
import { createRing, RingReader } from './ring.js';

/** About 40,000 datagrams of usual size. */
const ringBytes = 8 * 1024 * 1024;
const gatherMs = 1;
const ownThread = new URL('./batch-worker.js', import.meta.url);

/** Whether datagrams can be read many at a time here: 64-bit Linux, for whose C library the structures are laid out. */
export const canBatch = (): boolean =>
  process.platform === 'linux' &&
  endianness() === 'LE' &&
  ['x64', 'arm64', 'riscv64', 'loong64'].includes(process.arch);

/** It could not begin; with a `code` the address is why, without one its thread could not run here. */
class BatchError extends Error {
  readonly code: string | undefined;
  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

const scopeOf = (address: string): number => {
  const name = /%(.*)$/u.exec(address)?.[1];
  const found = name === undefined ? undefined : networkInterfaces()[name]?.find(({ family }) => family === 'IPv6');
  return found?.family === 'IPv6' ? found.scopeid : Number(name ?? 0) || 0;
};

/**
 * Receives in a thread of its own, many datagrams a system call (recvmmsg(2)), which come over through shared memory.
 * Rejects with an error whose `code` is the system's where it cannot bind, and without one where the thread cannot run.
 */
export const openBatchReceiver = async (
  options: ReceiverOptions,
  threadFile = ownThread,
): Promise<DatagramReceiver> => {
  const { address, family, port, onDatagram, onError } = options;
  const memory = createRing(ringBytes);
  const ring = new RingReader(memory);
  const workerData: BatchStart = { address, family, port, scope: scopeOf(address), ring: memory };
  const thread = new Worker(threadFile, { name: 'udp', workerData });
  let isClosed = false;
  let stopping = false;
  let closed = (): void => undefined;
  const closing = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const drain = (): void => {
    if (isClosed) return;
    // More comes soon where some came: then it is read in batches, and nobody is woken for one.
    if (ring.read(onDatagram) > 0 || !ring.sleep()) setTimeout(drain, gatherMs);
  };
  const bound = await new Promise<Extract<BatchMessage, { type: 'bound' }>>((resolve, reject) => {
    thread.on('message', (message: BatchMessage) => {
      if (message.type === 'bound') resolve(message);
      else if (message.type === 'failed') reject(new BatchError(message.message, message.code));
      else if (message.type === 'error') onError(message.message);
      else if (message.type === 'wake') drain();
      else closed();
    });
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new BatchError(`its thread ended with code ${code}`)));
  });
  thread.removeAllListeners('exit').removeAllListeners('error');
  // Without it nothing would be received, and nobody would know: whoever runs this thread must.
  thread.once('exit', (code) => {
    if (!isClosed && !stopping) throw new Error(`the thread that receives at ${bound.address} ended with code ${code}`);
    closed();
  });
  drain();
  const close = async (): Promise<void> => {
    stopping = true;
    ring.stop();
    await closing;
    ring.read(onDatagram);
    isClosed = true;
    await thread.terminate();
  };
  return { address: bound.address, port: bound.port, receiveBuffer: bound.receiveBuffer, close };
};
