import { Agent as HttpAgent, type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { DeliveryError } from 'tocsin';
import type { Answer } from './verdict.js';

/** What is asked of a receiver. */
export interface Request {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** As much of an answer is read; the connection of a longer one is ended. */
const mostRead = 64 * 1024;

/** A connection kept from before was of no use. */
class StaleConnection extends Error {}

/** Sends requests over a connection that is kept, within a time; follows nothing. */
export class HttpClient {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #timeoutMs: number;

  constructor({ timeoutMs, ca }: { readonly timeoutMs: number; readonly ca: Buffer | undefined }) {
    const agent = { keepAlive: true, maxSockets: 1 };
    this.#http = new HttpAgent(agent);
    this.#https = new HttpsAgent({ ...agent, ...(ca === undefined ? {} : { ca }) });
    this.#timeoutMs = timeoutMs;
  }

  /** What is answered. @throws DeliveryError, retryable, where nothing is */
  async send(request: Request): Promise<Answer> {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    try {
      const response = await this.#send(request, timeout);
      const text = await beginningOf(response);
      return { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], text };
    } catch (cause) {
      const reason = timeout.aborted
        ? `gave no answer within ${this.#timeoutMs} ms`
        : `cannot be reached: ${textOf(cause)}`;
      throw new DeliveryError(`${request.url.origin} ${reason}`, { retryable: true, cause });
    }
  }

  /** Ends all connections. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  /** A kept connection that the other side has closed meanwhile is no failure: another is opened. */
  async #send(request: Request, signal: AbortSignal): Promise<IncomingMessage> {
    try {
      return await this.#sendOnce(request, signal);
    } catch (cause) {
      if (!(cause instanceof StaleConnection)) throw cause;
      return await this.#send(request, signal);
    }
  }

  #sendOnce({ url, method, headers, body }: Request, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const options: RequestOptions = { method, signal, headers: { ...headers, 'content-length': body.length } };
      const sent =
        url.protocol === 'https:'
          ? httpsRequest(url, { ...options, agent: this.#https })
          : httpRequest(url, { ...options, agent: this.#http });
      sent.on('response', resolve);
      sent.on('error', (cause) => {
        const isStale = sent.reusedSocket && 'code' in cause && cause.code === 'ECONNRESET' && !signal.aborted;
        reject(isStale ? new StaleConnection(cause.message, { cause }) : cause);
      });
      // An answer that nobody asked for, as 101, ends the connection without an error.
      sent.on('close', () => reject(new Error('the connection ended without an answer')));
      sent.end(body);
    });
  }
}

const textOf = (cause: unknown): string => {
  const { message, code } = cause as { readonly message?: string; readonly code?: string };
  return message === undefined || message === '' ? (code ?? 'no reason given') : message;
};

/** The status is known: an answer that breaks off takes nothing from it. */
const beginningOf = async (response: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of response) {
      const buffer = part as Buffer;
      parts.push(buffer);
      bytes += buffer.length;
      // Leaving the loop destroys the connection.
      if (bytes > mostRead) break;
    }
  } catch {
    response.destroy();
  }
  return Buffer.concat(parts).toString('utf8', 0, mostRead);
};
