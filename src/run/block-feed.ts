/** A block on its way to the core: in memory while there is room, else on disk alone. */
export interface FeedBlock {
  readonly firstSeq: number;
  readonly count: number;
  readonly length: number;
  /** Absent once given up to save memory; `load` gets it back. */
  bytes?: Uint8Array | undefined;
  readonly load?: (() => Promise<Uint8Array>) | undefined;
  /** When it was given to the feed, which notes it: ms, monotonic. */
  addedAt?: number;
}

const windowBytes = 64 * 1024 * 1024;
const mostOutstandingBytes = 4 * 1024 * 1024;

/**
 * Hands blocks to the core, in order, as fast as it takes them. Keeps a small window in memory; a core that lags gets the rest
 * from disk. What can be neither kept nor read back stays in memory: `full` then says that inputs must wait.
 */
export class BlockFeed {
  readonly #queue: FeedBlock[] = [];
  readonly #send: (block: Uint8Array) => void;
  readonly #lost: (block: FeedBlock, cause: unknown) => void;
  #keptBytes = 0;
  #outstanding: FeedBlock[] = [];
  #outstandingBytes = 0;
  #sending = false;
  #idleWaiters: (() => void)[] = [];
  #stopped = false;
  queuedBytes = 0;

  constructor(options: {
    readonly send: (block: Uint8Array) => void;
    /** A block could not be read back. */
    readonly lost: (block: FeedBlock, cause: unknown) => void;
  }) {
    this.#send = options.send;
    this.#lost = options.lost;
  }

  /** More is in memory than should be. */
  get full(): boolean {
    return this.#keptBytes > windowBytes;
  }

  add(block: FeedBlock): void {
    block.addedAt = performance.now();
    if (block.bytes !== undefined) {
      if (this.full && block.load !== undefined) block.bytes = undefined;
      else this.#keptBytes += block.length;
    }
    this.queuedBytes += block.length;
    this.#queue.push(block);
    void this.#pump();
  }

  /** How long ago the oldest block came that the core is not done with, ms; 0 where there is none. */
  get delayMs(): number {
    const oldest = this.#outstanding[0] ?? this.#queue[0];
    return oldest?.addedAt === undefined ? 0 : performance.now() - oldest.addedAt;
  }

  /** The core is done with the oldest block sent. */
  done(): void {
    this.#outstandingBytes -= this.#outstanding.shift()?.length ?? 0;
    void this.#pump();
  }

  /** Another core goes on behind `position`: what the one before was sent and did not get to is sent again, from disk. */
  restart(position: number): void {
    const again = this.#outstanding.filter(({ firstSeq, count }) => firstSeq + count - 1 > position);
    this.#outstanding = [];
    this.#outstandingBytes = 0;
    this.#queue.unshift(...again);
    for (const { length } of again) this.queuedBytes += length;
    void this.#pump();
  }

  /** Sends nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#settle();
  }

  /** Resolves when the core is done with everything, or the feed was stopped. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve);
      this.#settle();
    });
  }

  async #pump(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    while (!this.#stopped && this.#outstandingBytes < mostOutstandingBytes) {
      const block = this.#queue.shift();
      if (block === undefined) break;
      this.queuedBytes -= block.length;
      try {
        const { bytes } = block;
        if (bytes !== undefined) this.#keptBytes -= block.length;
        const whole = bytes ?? (await block.load?.());
        if (whole === undefined) continue;
        this.#outstanding.push({ ...block, bytes: undefined });
        this.#outstandingBytes += block.length;
        this.#send(whole);
      } catch (cause) {
        this.#lost(block, cause);
      }
    }
    this.#sending = false;
    this.#settle();
  }

  #settle(): void {
    if (!this.#stopped && (this.#queue.length > 0 || this.#outstanding.length > 0)) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }
}
