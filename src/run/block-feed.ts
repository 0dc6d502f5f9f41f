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
  /** No core takes anything now. */
  #held = false;
  /** Rises with each core: what is being read back for the one before is dropped. */
  #core = 0;
  #lastSeq = 0;
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
    this.#lastSeq = block.firstSeq + block.count - 1;
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

  /**
   * The core that was sent blocks is gone: nothing is sent until `resume`. Gives the number of the first entry that still
   * waits to be sent for the first time: another core needs what lies before it, behind its own position, again.
   */
  hold(): number {
    this.#held = true;
    this.#core += 1;
    this.#outstanding = [];
    this.#outstandingBytes = 0;
    return this.#queue[0]?.firstSeq ?? this.#lastSeq + 1;
  }

  /** Another core takes blocks: these first. */
  resume(again: readonly FeedBlock[]): void {
    const now = performance.now();
    for (const block of again) {
      block.addedAt ??= now;
      this.queuedBytes += block.length;
    }
    this.#queue.unshift(...again);
    this.#held = false;
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
    while (!this.#stopped && !this.#held && this.#outstandingBytes < mostOutstandingBytes) {
      const block = this.#queue.shift();
      if (block === undefined) break;
      this.queuedBytes -= block.length;
      const core = this.#core;
      try {
        const { bytes } = block;
        if (bytes !== undefined) this.#keptBytes -= block.length;
        const whole = bytes ?? (await block.load?.());
        if (whole === undefined || core !== this.#core) continue;
        this.#outstanding.push({ ...block, bytes: undefined });
        this.#outstandingBytes += block.length;
        this.#send(whole);
      } catch (cause) {
        if (core === this.#core) this.#lost(block, cause);
      }
    }
    this.#sending = false;
    this.#settle();
  }

  #settle(): void {
    if (!this.#stopped && (this.#held || this.#queue.length > 0 || this.#outstanding.length > 0)) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }
}
