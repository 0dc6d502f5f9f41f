import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { messageOf } from '../fault.js';
import type { Failure } from './outcome.js';

const mostBytes = 1024 * 1024;

/** What was answered, or why nothing was. */
export type HttpAnswer = { readonly body: string } | Failure;

/** A connection kept from before was of no use. */
class StaleConnection extends Error {}

/** Asks http and https URLs: within a time and a size, following nothing. */
export class HttpClient {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #timeoutMs: number;

  constructor(options: {
    readonly timeoutMs: number;
    readonly connections: number;
    /** Finds the address of a host. */
    readonly lookup: LookupFunction;
  }) {
    const { connections: maxSockets, lookup, timeoutMs } = options;
    const agent = { keepAlive: true, maxSockets, maxFreeSockets: 2, lookup };
    this.#http = new HttpAgent(agent);
    this.#https = new HttpsAgent(agent);
    this.#timeoutMs = timeoutMs;
  }

  /** The body of a 200 answer as UTF-8 text. Never rejects. */
  async get(url: URL): Promise<HttpAnswer> {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    try {
      const response = await this.#send(url, timeout);
      const { statusCode = 0 } = response;
      if (statusCode === 200) return await read(response);
      response.destroy();
      const isRedirect = statusCode >= 300 && statusCode < 400;
      return {
        reason: isRedirect ? 'redirect' : 'status',
        message: `it answers ${statusCode}, 200 would be right${isRedirect ? '; redirects are not followed' : ''}`,
      };
    } catch (cause) {
      if (timeout.aborted)
        return { reason: 'timeout', message: `it gave no whole answer within ${this.#timeoutMs} ms` };
      return { reason: 'unreachable', message: messageOf(cause) || 'it cannot be reached' };
    }
  }

  /** Ends all connections; what is under way fails. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  /** A kept connection that the other side has closed meanwhile is no failure: another is opened. */
  async #send(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
    try {
      return await this.#sendOnce(url, signal);
    } catch (cause) {
      if (!(cause instanceof StaleConnection)) throw cause;
      return await this.#send(url, signal);
    }
  }

  #sendOnce(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const options = { signal, headers: { accept: '*/*', 'user-agent': 'tocsin' } };
      const sent =
        url.protocol === 'https:'
          ? httpsRequest(url, { ...options, agent: this.#https })
          : httpRequest(url, { ...options, agent: this.#http });
      sent.on('response', resolve).end();
      sent.on('error', (cause) => {
        const isStale = sent.reusedSocket && 'code' in cause && cause.code === 'ECONNRESET' && !signal.aborted;
        reject(isStale ? new StaleConnection(cause.message, { cause }) : cause);
      });
    });
  }
}

const read = async (response: IncomingMessage): Promise<HttpAnswer> => {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response) {
    const buffer = part as Buffer;
    bytes += buffer.length;
    // Leaving the loop destroys the connection.
    if (bytes > mostBytes) return { reason: 'too-large', message: `its answer is larger than ${mostBytes} bytes` };
    parts.push(buffer);
  }
  return { body: Buffer.concat(parts).toString('utf8') };
};
