import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import type { Log } from '../module.js';
import { showAddress } from './address.js';
import { type FrameSink, frameFlags, type Input, type InputCounters } from './input.js';
import { KernelDrops } from './kernel-drops.js';
import { hostsToTry, lacksIpv6, listenError } from './listen-error.js';
import { PeerSources } from './peer-sources.js';
import { enlargeReceiveBuffer } from './receive-buffer.js';
import { settle } from './settle.js';
import { ThrottledWarning } from './throttled-warning.js';

/** Where and how to receive datagrams. */
export interface UdpOptions {
  /** Absent: all interfaces, both IP versions. */
  readonly host?: string | undefined;
  /** 0: any free one. */
  readonly port: number;
  /** Bytes a frame may have; the rest is cut off. Default 65536, more than a datagram has. */
  readonly maxFrame?: number | undefined;
  readonly timeZone?: string | undefined;
  readonly year?: number | undefined;
  readonly log: Log;
}

const pollMs = 1000;

/**
 * One datagram, one frame; an empty datagram is an empty frame. It never waits for the sink: what the sink cannot take
 * the sink counts, what the kernel could not keep is `dropped_kernel`.
 */
export class UdpInput implements Input {
  readonly #sink: FrameSink;
  readonly #options: UdpOptions;
  readonly #maxFrame: number;
  readonly #dropWarning: ThrottledWarning;
  readonly #errorWarning: ThrottledWarning;
  #port: number;
  #address: string;
  #socket: Socket | undefined;
  #sources: PeerSources;
  #drops: KernelDrops | undefined;
  #dropsShown = 0;
  #pollTimer: NodeJS.Timeout | undefined;
  #stopping: Promise<void> | undefined;
  /** The time of this turn of the event loop; 0 until its first datagram. */
  #now = 0;
  #received = 0;
  #bytes = 0;
  #truncated = 0;
  #cutBytes = 0;
  #empty = 0;
  #socketErrors = 0;
  #droppedFull = 0;
  #receiveBuffer = 0;

  constructor(sink: FrameSink, options: UdpOptions) {
    this.#sink = sink;
    this.#options = options;
    this.#maxFrame = options.maxFrame ?? 65_536;
    this.#dropWarning = new ThrottledWarning(options.log);
    this.#errorWarning = new ThrottledWarning(options.log);
    this.#port = options.port;
    this.#address = showAddress(options.host, options.port);
    this.#sources = this.#newSources();
  }

  get name(): string {
    return `udp ${showAddress(this.#options.host, this.#port)}`;
  }

  get address(): string {
    return this.#address;
  }

  async start(): Promise<void> {
    for (const host of hostsToTry(this.#options.host)) {
      try {
        this.#socket = await this.#bind(host);
        return;
      } catch (error) {
        if (host === '::' && this.#options.host === undefined && lacksIpv6(error)) continue;
        throw listenError(this.name, error);
      }
    }
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  counters(): InputCounters {
    this.#pollDrops();
    const dropped = this.#drops?.total;
    return {
      received: this.#received,
      bytes: this.#bytes,
      truncated: this.#truncated,
      cut_bytes: this.#cutBytes,
      empty: this.#empty,
      dropped_full: this.#droppedFull,
      socket_errors: this.#socketErrors,
      receive_buffer: this.#receiveBuffer,
      ...(dropped === undefined ? {} : { dropped_kernel: dropped }),
    };
  }

  async #bind(host: string): Promise<Socket> {
    const { address, family } = await lookup(host);
    const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', ipv6Only: false });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.bind({ address, port: this.#options.port }, () => {
          socket.off('error', reject);
          resolve();
        });
      });
      // Still in the turn of binding: no datagram has been offered yet.
      this.#begin(socket, family === 6 ? 6 : 4);
    } catch (error) {
      socket.close();
      throw error;
    }
    return socket;
  }

  #begin(socket: Socket, family: 4 | 6): void {
    const { address, port } = socket.address();
    this.#port = port;
    this.#address = showAddress(address, port);
    this.#sources = this.#newSources();
    this.#receiveBuffer = enlargeReceiveBuffer(socket);
    this.#drops = new KernelDrops({ address, port, family });
    this.#pollTimer = setInterval(() => this.#pollDrops(), pollMs).unref();
    socket.on('error', this.#onError);
    socket.on('message', this.#onMessage);
  }

  async #stop(): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) return;
    await settle(() => this.#received, 500);
    clearInterval(this.#pollTimer);
    this.#pollDrops();
    socket.off('message', this.#onMessage);
    this.#socket = undefined;
    await new Promise<void>((resolve) => socket.close(resolve));
  }

  readonly #onMessage = (bytes: Buffer, peer: RemoteInfo): void => {
    if (this.#now === 0) {
      this.#now = Date.now();
      setImmediate(this.#onTurn);
    }
    let end = bytes.length;
    let flags = 0;
    this.#received += 1;
    this.#bytes += end;
    if (end === 0) this.#empty += 1;
    if (this.#sink.full) {
      this.#droppedFull += 1;
      return;
    }
    if (end > this.#maxFrame) {
      this.#truncated += 1;
      this.#cutBytes += end - this.#maxFrame;
      end = this.#maxFrame;
      flags = frameFlags.truncated;
    }
    const source = this.#sources.of(peer.address);
    this.#sink.push({ source, bytes, start: 0, end, receivedAt: this.#now, flags });
  };

  readonly #onTurn = (): void => {
    this.#now = 0;
  };

  readonly #onError = (error: Error): void => {
    this.#socketErrors += 1;
    this.#errorWarning.warn(`${this.name}: the socket reports ${error.message}; receiving goes on`, performance.now());
  };

  #pollDrops(): void {
    if (this.#drops === undefined || this.#socket === undefined) return;
    this.#drops.poll();
    const total = this.#drops.total ?? 0;
    const now = performance.now();
    if (total === this.#dropsShown || !this.#dropWarning.due(now)) return;
    const message =
      `${this.name}: the kernel dropped ${total - this.#dropsShown} datagrams (${total} in all), for the receive buffer ` +
      `of ${this.#receiveBuffer} bytes was full; a larger one is \`sysctl -w net.core.rmem_max=134217728\` and a restart`;
    this.#dropWarning.warn(message, now);
    this.#dropsShown = total;
  }

  #newSources(): PeerSources {
    return new PeerSources({ input: this.name, timeZone: this.#options.timeZone, year: this.#options.year });
  }
}
