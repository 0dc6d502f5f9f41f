import { createReadStream, fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';
import { isMainThread } from 'node:worker_threads';

/** The standard input of the process, in any thread: `process.stdin` is an empty stream in a worker thread. */
export const openStandardInput = (): Readable => {
  if (isMainThread) return process.stdin;
  if (isatty(0)) return new ReadStream(0);
  const kind = fstatSync(0);
  if (kind.isFIFO() || kind.isSocket()) return new Socket({ fd: 0, readable: true, writable: false });
  return createReadStream('', { fd: 0, autoClose: false });
};
