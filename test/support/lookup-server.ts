import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A lookup service at loopback, for one test. */
export interface LookupServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Paths asked for, in order. */
  readonly asked: string[];
  /** Requests under way at one time, at most. */
  readonly most: () => number;
  close(): Promise<void>;
}

/** Starts a service that answers as told. */
export const startLookupServer = async (
  answer: (path: string, response: ServerResponse) => unknown,
): Promise<LookupServer> => {
  const asked: string[] = [];
  let active = 0;
  let most = 0;
  const server: Server = createServer((request: IncomingMessage, response) => {
    const path = request.url ?? '';
    asked.push(path);
    active += 1;
    most = Math.max(most, active);
    response.on('close', () => {
      active -= 1;
    });
    answer(path, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    most: () => most,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** Starts services for the calling suite; they are closed after each test. */
export const lookupServers = (): { readonly start: typeof startLookupServer } => {
  const running: LookupServer[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.close()));
  });
  return {
    start: async (answer) => {
      const started = await startLookupServer(answer);
      running.push(started);
      return started;
    },
  };
};
