import websocket, { type WebSocket } from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import type { Json } from '../json.js';

/** What the live routes show. */
export interface LiveRoutes {
  /** All counters there are. */
  readonly counters: () => Json;
  /** Frames received so far, through all inputs. */
  readonly received: () => number;
}

const everyMs = 250;
/** Over how many steps of `everyMs` the rate is taken. */
const steps = 4;
const mostWatchers = 32;
const mostUnsentBytes = 64 * 1024;
const longestMessage = 1024;
/** RFC 6455 §7.4.1, "try again later" (IANA registry). */
const tryAgainLater = 1013;

/** Events per second over the last second, told to all who watch. */
class EpsWatch {
  readonly #received: () => number;
  readonly #watchers = new Set<WebSocket>();
  #counts: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(received: () => number) {
    this.#received = received;
  }

  add(socket: WebSocket): void {
    if (this.#watchers.size >= mostWatchers) {
      socket.close(tryAgainLater, 'too many watch');
      return;
    }
    this.#watchers.add(socket);
    socket.on('close', () => this.#remove(socket));
    if (this.#timer === undefined) {
      this.#counts = [this.#received()];
      this.#timer = setInterval(() => this.#tell(), everyMs);
    }
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #remove(socket: WebSocket): void {
    this.#watchers.delete(socket);
    if (this.#watchers.size === 0) this.stop();
  }

  #tell(): void {
    this.#counts.push(this.#received());
    if (this.#counts.length > steps + 1) this.#counts.shift();
    const [first = 0] = this.#counts;
    const seconds = ((this.#counts.length - 1) * everyMs) / 1000;
    const eps = Math.round(((this.#counts.at(-1) ?? 0) - first) / seconds);
    const message = JSON.stringify({ eps });
    for (const socket of this.#watchers) {
      // Who does not read misses some.
      if (socket.bufferedAmount < mostUnsentBytes) socket.send(message);
    }
  }
}

/** Adds `/debug/vars/`, counters as JSON, and `/eps/`, a websocket told `{"eps":n}` every 250 ms (dsiem.md §9). */
export const addLiveRoutes = async (app: FastifyInstance, { counters, received }: LiveRoutes): Promise<void> => {
  const watch = new EpsWatch(received);
  await app.register(websocket, {
    options: { maxPayload: longestMessage },
    errorHandler: (_error, socket) => {
      // Whatever is wrong is wrong with what the other side sent, which we do not read.
      socket.terminate();
    },
  });
  app.addHook('preClose', async () => watch.stop());
  app.get('/debug/vars', (_request, reply) => reply.send(counters()));
  app.get('/eps', { websocket: true }, (socket) => watch.add(socket));
};
