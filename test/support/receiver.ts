import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

/** One request as it came. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What is answered; `number` counts from 1. Nothing where it does not end the response. */
export type AnswerTo = (request: Received, response: ServerResponse, number: number) => void;

/** An HTTP server at loopback that remembers what it gets. */
export interface Receiver {
  /** `http://127.0.0.1:<port>`, `https://localhost:<port>` */
  readonly url: string;
  readonly received: Received[];
  readonly connections: () => number;
}

const ok: AnswerTo = (_request, response) => response.writeHead(204).end();

/** Starts servers that answer as told; those of a suite are closed after each test. */
export const receivers = (): {
  readonly start: (answer?: AnswerTo, tls?: ServerOptions) => Promise<Receiver>;
} => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()));
  });
  return {
    start: async (answer = ok, tls) => {
      const received: Received[] = [];
      let connections = 0;
      const server = tls === undefined ? createServer() : createTlsServer(tls);
      server.on('request', (request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const { method = '', url: path = '', headers } = request;
          const one = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
          received.push(one);
          answer(one, response, received.length);
        });
      });
      server.on('connection', () => {
        connections += 1;
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      stops.push(
        () =>
          new Promise((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      );
      const { port } = server.address() as AddressInfo;
      const url = tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
      return { url, received, connections: () => connections };
    },
  };
};
