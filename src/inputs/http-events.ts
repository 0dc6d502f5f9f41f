import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpServer } from '../api/http-server.js';
import type { Log } from '../module.js';
import { showAddress } from './address.js';
import type { Input, InputCounters } from './input.js';
import type { Answer, EventIntake } from './http-events/event-intake.js';
import { PeerSources } from './peer-sources.js';

/** Where to receive events over HTTP, and what else is served there. */
export interface HttpEventsOptions {
  /** Absent: all interfaces, both IP versions. */
  readonly host?: string | undefined;
  /** 0: any free one. */
  readonly port: number;
  /** Connections over this are closed at once and counted. */
  readonly maxConnections: number;
  /** What takes the events. */
  readonly intake: EventIntake;
  /** Adds the routes beside `POST /events`; absent on a listener for events alone. */
  readonly routes?: ((app: FastifyInstance) => Promise<void>) | undefined;
  readonly log: Log;
}

const graceMs = 2000;

/**
 * `POST /events` (dsiem.md §9): normalized events, each of which becomes a frame. It runs in the io thread, since what it
 * answers depends on the journal: 200 once the events are on disk.
 */
export class HttpEventsInput implements Input {
  readonly #options: HttpEventsOptions;
  readonly #server: HttpServer;
  readonly #answered = new Map<number, number>();
  #port: number;
  #address: string;
  #sources: PeerSources;
  #stopping: Promise<void> | undefined;
  #stopped = false;
  #requests = 0;
  #bytes = 0;
  #received = 0;
  #refused = 0;
  #repeated = 0;

  constructor(options: HttpEventsOptions) {
    const { host, port, maxConnections, log } = options;
    this.#options = options;
    this.#port = port;
    this.#address = showAddress(host, port);
    this.#sources = this.#newSources();
    this.#server = new HttpServer({ host, port, maxConnections, log });
  }

  get name(): string {
    return `http ${showAddress(this.#options.host, this.#port)}`;
  }

  get address(): string {
    return this.#address;
  }

  async start(): Promise<void> {
    const { app } = this.#server;
    app.post('/events', { onRequest: this.#onRequest, onResponse: this.#onResponse }, this.#onEvents);
    await this.#options.routes?.(app);
    const { address, port } = await this.#server.listen();
    this.#port = port;
    this.#address = showAddress(address, port);
    this.#sources = this.#newSources();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  counters(): InputCounters {
    return {
      requests: this.#requests,
      received: this.#received,
      bytes: this.#bytes,
      repeated: this.#repeated,
      refused_events: this.#refused,
      connections: this.#server.connections,
      refused_connections: this.#server.refusedConnections,
      ...Object.fromEntries([...this.#answered].map(([status, count]) => [`answered_${status}`, count])),
    };
  }

  async #stop(): Promise<void> {
    await this.#server.close(graceMs);
    this.#stopped = true;
  }

  readonly #onRequest = (_request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    this.#requests += 1;
    const refusal = this.#options.intake.refusal(performance.now());
    if (refusal === undefined) done();
    else void this.#send(reply, refusal);
  };

  readonly #onResponse = (_request: FastifyRequest, { statusCode }: FastifyReply, done: () => void): void => {
    this.#answered.set(statusCode, (this.#answered.get(statusCode) ?? 0) + 1);
    done();
  };

  readonly #onEvents = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    this.#bytes += body.length;
    const answer = await this.#options.intake.take({
      body,
      source: this.#sources.of(request.ip),
      receivedAt: Date.now(),
      stopped: () => this.#stopped,
    });
    this.#count(answer);
    return this.#send(reply, answer);
  };

  #count({ body }: Answer): void {
    if ('error' in body) return;
    this.#received += body.accepted;
    this.#refused += body.rejected;
    this.#repeated += body.repeated;
  }

  #send(reply: FastifyReply, { status, body }: Answer): FastifyReply {
    if (status === 429 || status === 503) reply.header('retry-after', '1');
    return reply.code(status).send(body);
  }

  #newSources(): PeerSources {
    return new PeerSources({ input: this.name, format: 'normalized' });
  }
}
