import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type onRequestHookHandler,
} from 'fastify';
import { messageOf } from '../fault.js';
import { showAddress } from '../inputs/address.js';
import { hostsToTry, lacksIpv6, listenError } from '../inputs/listen-error.js';
import { ThrottledWarning } from '../inputs/throttled-warning.js';
import type { Log } from '../module.js';
import { HttpFault } from './http-fault.js';
import { BodyBudget, readBody } from './read-body.js';
import { guardRequest } from './request-guard.js';

/** Where to listen, and how much to take. */
export interface HttpServerOptions {
  /** Absent: all interfaces, both IP versions. */
  readonly host: string | undefined;
  /** 0: any free one. */
  readonly port: number;
  readonly maxConnections: number;
  /** Bytes that bodies may have together; 256 MiB. */
  readonly mostBodyBytes?: number;
  readonly log: Log;
}

/** Bytes a body may have (dsiem.md §9). */
const longestBody = 100 * 1024 * 1024;
const standardBodyBytes = 256 * 1024 * 1024;
/** Methods whose bodies fastify never reads. */
const bodyless = new Set(['GET', 'HEAD', 'TRACE']);
const longestHeaders = 16 * 1024;
const mostHeaders = 100;
const longestParameter = 255;
const headersWithinMs = 10_000;
const requestWithinMs = 120_000;
const silenceMs = 60_000;
const keepAliveMs = 75_000;

/**
 * An HTTP server that trusts no sender: headers, bodies, connections and times are bounded, requests from pages of other
 * sites are refused (403), and its answers are JSON that nobody stores or guesses the type of. Routes are added to `app`
 * before `listen`. Bodies of any content type arrive as a Buffer.
 */
export class HttpServer {
  readonly app: FastifyInstance;
  /** Connections over the limit, closed at once. */
  refusedConnections = 0;
  connections = 0;
  readonly #options: HttpServerOptions;
  readonly #faults: ThrottledWarning;
  readonly #budget: BodyBudget;
  /** What each request under way holds of the budget: until it is answered or gone. */
  readonly #held = new WeakMap<IncomingMessage, number>();
  #boundTo = '';
  #closing = false;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#budget = new BodyBudget(options.mostBodyBytes ?? standardBodyBytes);
    this.#faults = new ThrottledWarning(options.log, 10_000);
    this.app = fastify({
      bodyLimit: longestBody,
      routerOptions: { ignoreTrailingSlash: true, maxParamLength: longestParameter },
      requestTimeout: requestWithinMs,
      connectionTimeout: silenceMs,
      keepAliveTimeout: keepAliveMs,
      http: { maxHeaderSize: longestHeaders, headersTimeout: headersWithinMs },
      // Of paths that cannot be read: no hook has seen such requests.
      frameworkErrors: (fault, request, reply) => this.#onError(fault, request, this.#protect(reply)),
    });
    const { server } = this.app;
    server.maxHeadersCount = mostHeaders;
    server.maxConnections = options.maxConnections;
    server.on('drop', () => (this.refusedConnections += 1));
    server.on('connection', (socket) => {
      this.connections += 1;
      socket.once('close', () => (this.connections -= 1));
    });
    this.app.addHook('onRequest', this.#onRequest);
    this.app.removeAllContentTypeParsers();
    this.app.addContentTypeParser('*', this.#onBody);
    this.app.setErrorHandler(this.#onError);
    this.app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'there is nothing at this path' }));
  }

  /** Begins to listen, and says where. Rejects with an InputError. */
  async listen(): Promise<{ readonly address: string; readonly port: number }> {
    const { host, port } = this.#options;
    await this.app.ready();
    for (const tried of hostsToTry(host)) {
      try {
        return await this.#bind(tried);
      } catch (cause) {
        if (tried === '::' && host === undefined && lacksIpv6(cause)) continue;
        throw listenError(`http ${showAddress(host, port)}`, cause);
      }
    }
    throw listenError(`http ${showAddress(host, port)}`, new Error('no address to listen on'));
  }

  /** Takes no more requests; those under way have `graceMs` to end. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    const timer = setTimeout(() => this.app.server.closeAllConnections(), graceMs);
    try {
      await this.app.close();
    } finally {
      clearTimeout(timer);
    }
  }

  async #bind(host: string): Promise<{ readonly address: string; readonly port: number }> {
    const { server } = this.app;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port: this.#options.port, ipv6Only: false }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    const { address, port } = server.address() as AddressInfo;
    this.#boundTo = address;
    return { address, port };
  }

  #protect(reply: FastifyReply): FastifyReply {
    return reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-store');
  }

  readonly #onRequest: onRequestHookHandler = (request, reply, done) => {
    this.#protect(reply);
    if (this.#closing) reply.header('connection', 'close');
    const { host, origin, 'content-encoding': encoding = 'identity' } = request.headers;
    const refusal = guardRequest({ host, origin }, this.#boundTo);
    if (refusal !== undefined) {
      done(new HttpFault(403, refusal));
      return;
    }
    if (encoding !== 'identity') {
      done(new HttpFault(415, 'compressed bodies are not read; a body without Content-Encoding would be right'));
      return;
    }
    // Any content type is right, also one that is none, which fastify would refuse.
    delete request.raw.headers['content-type'];
    if (!bodyless.has(request.method))
      reply.raw.once('close', () => this.#budget.give(this.#held.get(request.raw) ?? 0));
    done();
  };

  readonly #onBody = (request: FastifyRequest): Promise<Buffer> => {
    const { raw } = request;
    const taken = (bytes: number): void => void this.#held.set(raw, (this.#held.get(raw) ?? 0) + bytes);
    return readBody(raw, { most: longestBody, budget: this.#budget, taken });
  };

  readonly #onError = (thrown: unknown, _request: FastifyRequest, reply: FastifyReply): void => {
    const status = (thrown as { statusCode?: number }).statusCode ?? 500;
    if (status === 503) reply.header('retry-after', '1');
    if (status < 500 || thrown instanceof HttpFault) {
      void reply.code(status).send({ error: messageOf(thrown) });
      return;
    }
    this.#faults.warn(`http: a request failed: ${messageOf(thrown)}`, performance.now());
    void reply.code(500).send({ error: 'a fault of this program; its log says more' });
  };
}
