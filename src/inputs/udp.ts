import { lookup } from 'node:dns/promises';
import type { Log } from '../module.js';
import { showAddress } from './address.js';
import { openReceiver } from './datagrams/open-receiver.js';
import type { DatagramReceiver, OnDatagram, ReceiverOptions } from './datagrams/receiver.js';
import { type FrameSink, frameFlags, type Input, type InputCounters } from './input.js';
import { KernelDrops } from './kernel-drops.js';
import { hostsToTry, lacksIpv6, listenError } from './listen-error.js';
import { PeerSources } from './peer-sources.js';
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
  /** How datagrams are read; as this platform does it best. */
  readonly openReceiver?: typeof openReceiver | undefined;
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
  #receiver: DatagramReceiver | undefined;
  #sources: PeerSources;
  #drops: KernelDrops | undefined;
  #dropsShown = 0;
  #pollTimer: NodeJS.Timeout | undefined;
  #stopping: Promise<void> | undefined;
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
        this.#receiver = await this.#open(host);
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

  async #open(host: string): Promise<DatagramReceiver> {
    const { address, family } = await lookup(host);
    const options: ReceiverOptions = {
      address,
      family: family === 6 ? 6 : 4,
      port: this.#options.port,
      onDatagram: this.#onDatagram,
      onError: this.#onError,
    };
    const receiver = await (this.#options.openReceiver ?? openReceiver)(options, this.#options.log);
    this.#port = receiver.port;
    this.#address = showAddress(receiver.address, receiver.port);
    this.#sources = this.#newSources();
    this.#receiveBuffer = receiver.receiveBuffer;
    this.#drops = new KernelDrops({ address: receiver.address, port: receiver.port, family: options.family });
    this.#pollTimer = setInterval(() => this.#pollDrops(), pollMs).unref();
    return receiver;
  }

  async #stop(): Promise<void> {
    const receiver = this.#receiver;
    if (receiver === undefined) return;
    clearInterval(this.#pollTimer);
    this.#pollDrops();
    await receiver.close();
    this.#receiver = undefined;
  }

  readonly #onDatagram: OnDatagram = (bytes, start, datagramEnd, peer, receivedAt) => {
    const length = datagramEnd - start;
    let end = datagramEnd;
    let flags = 0;
    this.#received += 1;
    this.#bytes += length;
    if (length === 0) this.#empty += 1;
    if (this.#sink.full) {
      this.#droppedFull += 1;
      return;
    }
    if (length > this.#maxFrame) {
      this.#truncated += 1;
      this.#cutBytes += length - this.#maxFrame;
      end = start + this.#maxFrame;
      flags = frameFlags.truncated;
    }
    this.#sink.push({ source: this.#sources.of(peer), bytes, start, end, receivedAt, flags });
  };

  readonly #onError = (message: string): void => {
    this.#socketErrors += 1;
    this.#errorWarning.warn(`${this.name}: the socket reports ${message}; receiving goes on`, performance.now());
  };

  #pollDrops(): void {
    if (this.#drops === undefined) return;
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
