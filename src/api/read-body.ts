import type { IncomingMessage } from 'node:http';
import { HttpFault } from './http-fault.js';

/** Bytes that the bodies of all requests may hold together in memory. */
export class BodyBudget {
  readonly #most: number;
  #used = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether there was room for so many bytes more, which are then taken. */
  take(bytes: number): boolean {
    if (this.#used + bytes > this.#most) return false;
    this.#used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }
}

const tooLong = (most: number): HttpFault =>
  new HttpFault(413, `the body is too long; at most ${most} bytes would be right`);

/**
 * Reads a request's body. Rejects with an HttpFault: 413 past `most` bytes, 503 where the budget is used up, 400 where it
 * breaks off. `taken` is told of each part taken from the budget.
 */
export const readBody = (
  request: IncomingMessage,
  options: { readonly most: number; readonly budget: BodyBudget; readonly taken: (bytes: number) => void },
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const { most, budget, taken } = options;
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > most) {
      reject(tooLong(most));
      return;
    }
    const chunks: Buffer[] = [];
    let length = 0;
    const fail = (fault: HttpFault): void => {
      request.off('data', onData);
      reject(fault);
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > most) fail(tooLong(most));
      else if (!budget.take(chunk.length)) fail(new HttpFault(503, 'too many requests are being read; try again'));
      else {
        taken(chunk.length);
        chunks.push(chunk);
      }
    };
    const broken = (): void => fail(new HttpFault(400, 'the body broke off'));
    request.on('data', onData);
    request.once('end', () => resolve(Buffer.concat(chunks, length)));
    request.once('error', broken);
    request.once('close', broken);
  });
