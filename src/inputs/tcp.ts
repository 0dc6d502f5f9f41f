import { createServer, type Server, type Socket } from 'node:net';
import { Server as TlsServer, type TLSSocket } from 'node:tls';
import { showAddress } from './address.js';
import type { FrameSink, Input, InputCounters } from './input.js';
import { hostsToTry, lacksIpv6, listenError } from './listen-error.js';
import { PeerSources, showPeer } from './peer-sources.js';
import { drainedWithin, nextTurn, settle } from './settle.js';
import { newStreamCounts, showStreamCounts } from './stream-reader.js';
import { TcpConnection } from './tcp-connection.js';
import { type TcpOptions, withTcpDefaults } from './tcp-options.js';
import { ThrottledWarning } from './throttled-warning.js';
import { loadTlsCredentials } from './tls-credentials.js';
import { createTlsServer, handshakeFailure } from './tls-server.js';

const keepAliveMs = 60_000;
const backlog = 2048;
const stopGraceMs = 2000;

/**
 * Streams of frames over TCP or TLS, from many connections at once (framing: see FrameDecoder). While the sink is full
 * it reads nothing, so that the senders wait.
 */
export class TcpInput implements Input {
  readonly #sink: FrameSink;
  readonly #options: ReturnType<typeof withTcpDefaults>;
  readonly #counts = newStreamCounts();
  readonly #connections = new Set<TcpConnection>();
  /** Every accepted socket, those in their TLS handshake too. */
  readonly #sockets = new Set<Socket>();
  readonly #refusedWarning: ThrottledWarning;
  readonly #handshakeWarning: ThrottledWarning;
  readonly #acceptWarning: ThrottledWarning;
  #port: number;
  #address: string;
  #sources: PeerSources;
  #server: Server | undefined;
  #silenceTimer: NodeJS.Timeout | undefined;
  #stopping: Promise<void> | undefined;
  #connectionsTotal = 0;
  #refusedConnections = 0;
  #idleClosed = 0;
  #socketErrors = 0;
  #acceptErrors = 0;
  #handshakeFailures = 0;
  #unauthorizedClients = 0;

  constructor(sink: FrameSink, options: TcpOptions) {
    this.#sink = sink;
    this.#options = withTcpDefaults(options);
    this.#refusedWarning = new ThrottledWarning(options.log);
    this.#handshakeWarning = new ThrottledWarning(options.log);
    this.#acceptWarning = new ThrottledWarning(options.log);
    this.#port = options.port;
    this.#address = showAddress(options.host, options.port);
    this.#sources = this.#newSources();
  }

  get name(): string {
    const protocol = this.#options.tls === undefined ? 'tcp' : 'tls';
    return `${protocol} ${showAddress(this.#options.host, this.#port)}`;
  }

  get address(): string {
    return this.#address;
  }

  async start(): Promise<void> {
    const server = await this.#createServer();
    for (const host of hostsToTry(this.#options.host)) {
      try {
        await listen(server, host, this.#options.port);
        break;
      } catch (error) {
        if (host === '::' && this.#options.host === undefined && lacksIpv6(error)) continue;
        throw listenError(this.name, error);
      }
    }
    this.#begin(server);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Reads the TLS files again; connections to come use them. @throws InputError, and the old ones stay in use. */
  async reload(): Promise<void> {
    if (this.#options.tls === undefined || !(this.#server instanceof TlsServer)) return;
    this.#server.setSecureContext(loadTlsCredentials(this.#options.tls));
  }

  counters(): InputCounters {
    return {
      ...showStreamCounts(this.#counts),
      framing_errors: this.#counts.framingErrors,
      connections: this.#connections.size,
      connections_total: this.#connectionsTotal,
      refused_connections: this.#refusedConnections,
      idle_closed: this.#idleClosed,
      socket_errors: this.#socketErrors,
      accept_errors: this.#acceptErrors,
      handshake_failures: this.#handshakeFailures,
      unauthorized_clients: this.#unauthorizedClients,
    };
  }

  async #createServer(): Promise<Server> {
    const { tls, handshakeTimeoutMs } = this.#options;
    if (tls === undefined) {
      const server = createServer({ keepAlive: true, keepAliveInitialDelay: keepAliveMs });
      server.on('connection', this.#onConnection);
      return server;
    }
    const server = createTlsServer({ credentials: loadTlsCredentials(tls), handshakeTimeoutMs, keepAliveMs });
    server.on('secureConnection', this.#onConnection);
    server.on('tlsClientError', this.#onHandshakeFailure);
    return server;
  }

  #begin(server: Server): void {
    const { maxConnections, idleTimeoutMs, frameTimeoutMs } = this.#options;
    this.#server = server;
    server.maxConnections = maxConnections;
    server.on('connection', this.#onSocket);
    server.on('drop', this.#onRefused);
    server.on('error', this.#onAcceptError);
    const bound = server.address();
    if (bound !== null && typeof bound === 'object') {
      this.#port = bound.port;
      this.#address = showAddress(bound.address, bound.port);
    }
    this.#sources = this.#newSources();
    const limits = [idleTimeoutMs, frameTimeoutMs].filter((limitMs) => limitMs > 0);
    if (limits.length === 0) return;
    const everyMs = Math.min(5000, Math.max(10, Math.min(...limits) / 4));
    this.#silenceTimer = setInterval(this.#checkSilence, everyMs).unref();
  }

  async #stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    // One turn for connections the kernel has accepted already.
    await nextTurn();
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    await settle(() => this.#counts.bytes + this.#connectionsTotal, 500);
    const until = performance.now() + stopGraceMs;
    while ([...this.#connections].some(({ reader }) => reader.waiting) && performance.now() < until) {
      await drainedWithin(this.#sink, until - performance.now());
      await nextTurn();
    }
    clearInterval(this.#silenceTimer);
    for (const connection of this.#connections) connection.stop();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  readonly #onSocket = (socket: Socket): void => {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  };

  readonly #onConnection = (socket: Socket): void => {
    this.#connectionsTotal += 1;
    socket.on('error', this.#onSocketError);
    const connection = new TcpConnection(socket, {
      source: this.#sources.of(socket.remoteAddress),
      sink: this.#sink,
      maxFrame: this.#options.maxFrame,
      octetCounting: true,
      counts: this.#counts,
    });
    this.#connections.add(connection);
    void connection.reader.finished.then(() => this.#connections.delete(connection));
  };

  readonly #onSocketError = (): void => {
    this.#socketErrors += 1;
  };

  readonly #onRefused = (peer?: { readonly remoteAddress?: string }): void => {
    this.#refusedConnections += 1;
    const message =
      `${this.name}: refused a connection from ${showPeer(peer?.remoteAddress ?? 'a peer')}: ` +
      `${this.#options.maxConnections} are open, which is the limit`;
    this.#refusedWarning.warn(message, performance.now());
  };

  readonly #onAcceptError = (error: Error): void => {
    this.#acceptErrors += 1;
    this.#acceptWarning.warn(`${this.name}: cannot accept a connection: ${error.message}`, performance.now());
  };

  readonly #onHandshakeFailure = (error: Error, socket: TLSSocket): void => {
    const peer = showPeer(socket.remoteAddress ?? 'a peer');
    // Node leaves the connection open after a handshake that took too long.
    socket.destroy();
    if (this.#stopping !== undefined) return;
    const { reason, unauthorized } = handshakeFailure(error, socket);
    this.#handshakeFailures += 1;
    if (unauthorized) this.#unauthorizedClients += 1;
    this.#handshakeWarning.warn(`${this.name}: TLS handshake with ${peer} failed: ${reason}`, performance.now());
  };

  readonly #checkSilence = (): void => {
    for (const connection of this.#connections) {
      if (connection.checkSilence(this.#options)) this.#idleClosed += 1;
    }
  };

  #newSources(): PeerSources {
    return new PeerSources({ input: this.name, timeZone: this.#options.timeZone, year: this.#options.year });
  }
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog }, () => {
      server.off('error', reject);
      resolve();
    });
  });
