import { FrameSource } from '../journal/block.js';

const mappedIpv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** An address as shown: an IPv4 peer of a socket for both IP versions as IPv4 (RFC 4291 §2.5.5.2). */
export const showPeer = (address: string): string => mappedIpv4.exec(address)?.[1] ?? address;

/** One FrameSource a peer. Bounded: peers can be forged, so at `most` it forgets all and begins again, which costs only memory in blocks. */
export class PeerSources {
  readonly #options: {
    readonly input: string;
    readonly timeZone?: string | undefined;
    readonly year?: number | undefined;
    readonly format?: FrameSource['format'] | undefined;
  };
  readonly #most: number;
  readonly #sources = new Map<string, FrameSource>();
  #lastAddress: string | undefined;
  #last: FrameSource | undefined;

  constructor(
    options: {
      readonly input: string;
      readonly timeZone?: string | undefined;
      readonly year?: number | undefined;
      readonly format?: FrameSource['format'] | undefined;
    },
    most = 16_384,
  ) {
    this.#options = options;
    this.#most = most;
  }

  /** The source of a peer's frames; `undefined` where the peer is not known. */
  of(address: string | undefined): FrameSource {
    if (this.#last !== undefined && address === this.#lastAddress) return this.#last;
    const key = address ?? '';
    let source = this.#sources.get(key);
    if (source === undefined) {
      if (this.#sources.size >= this.#most) this.#sources.clear();
      source = new FrameSource({ ...this.#options, peer: address === undefined ? undefined : showPeer(address) });
      this.#sources.set(key, source);
    }
    this.#lastAddress = address;
    this.#last = source;
    return source;
  }

  /** How many peers it remembers. */
  get size(): number {
    return this.#sources.size;
  }
}
