// A little longer than most: filling, ending and writing blocks share one count of what waits.
import { BlockWriter, entryKinds, FrameSource } from '../journal/block.js';
import { generationBytes } from '../journal/generation-entry.js';
import type { FrameSink } from '../inputs/input.js';
import type { Json } from '../json.js';
import type { LookupResult } from '../module.js';

/** Writes sealed blocks away, in order, one at a time. Resolves when the block may be worked on. */
export type WriteBlock = (
  block: Uint8Array,
  info: { readonly firstSeq: number; readonly count: number },
) => Promise<void>;

const largestBlockBytes = 256 * 1024;
const smallestBlockBytes = 8 * 1024;
/** Not yet written bytes past which inputs wait, and go on. */
const fullBytes = 32 * 1024 * 1024;

/** Gathers frames into numbered blocks and has them written: while one write is under way the next block fills. */
export class FrameWriter implements FrameSink {
  /** Why inputs must wait although memory is free, e.g. a full journal; set from outside through `hold`. */
  #held = false;
  #writer: BlockWriter | undefined;
  #nextSeq: number;
  #blockBytes = smallestBlockBytes;
  #scheduled = false;
  /** What is pushed belongs together: the block grows instead of being ended. */
  #isTogether = false;
  #writing = false;
  #waitingBytes = 0;
  readonly #sealed: {
    readonly bytes: Uint8Array;
    readonly firstSeq: number;
    readonly count: number;
    /** Memory its buffer takes, used or not. */
    readonly heldBytes: number;
  }[] = [];
  readonly #write: WriteBlock;
  readonly #sync: () => Promise<void>;
  readonly #failed: (cause: unknown) => void;
  /** Every time of receipt comes through here. */
  timeOf: (stamp: number) => number = (stamp) => stamp;
  #writtenSeq: number;
  #syncing = false;
  #durableWaiters: { readonly seq: number; readonly resolve: () => void; readonly reject: (cause: unknown) => void }[] =
    [];
  #waiters: (() => void)[] = [];
  #idleWaiters: (() => void)[] = [];
  #entriesThen: number;
  frames = 0;
  bytes = 0;

  constructor(options: {
    readonly nextSeq: number;
    readonly write: WriteBlock;
    /** Makes what has been written safe against loss of power, as far as that is wanted. */
    readonly sync: () => Promise<void>;
    /** A write failed for good: what it held is lost to this process. */
    readonly failed: (cause: unknown) => void;
  }) {
    this.#nextSeq = options.nextSeq;
    this.#write = options.write;
    this.#sync = options.sync;
    this.#writtenSeq = options.nextSeq - 1;
    this.#entriesThen = options.nextSeq;
    this.#failed = options.failed;
  }

  get full(): boolean {
    return this.#held || this.#waitingBytes > fullBytes;
  }

  /** Number of the last entry pushed. */
  get lastSeq(): number {
    return this.#nextSeq - 1;
  }

  drained(): Promise<void> {
    return this.full ? new Promise((resolve) => this.#waiters.push(resolve)) : Promise.resolve();
  }

  durable(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#durableWaiters.push({ seq: this.lastSeq, resolve, reject });
      void this.#syncWritten();
    });
  }

  /** Makes inputs wait, or go on. */
  hold(held: boolean): void {
    this.#held = held;
    this.#release();
  }

  push(frame: Parameters<FrameSink['push']>[0]): void {
    const { source, bytes, start, end, receivedAt, flags } = frame;
    this.#add(entryKinds.frame, flags, source, receivedAt, bytes, start, end);
    this.frames += 1;
    this.bytes += end - start;
  }

  together(fill: () => void): void {
    this.#isTogether = true;
    try {
      fill();
    } finally {
      this.#isTogether = false;
    }
  }

  position(input: string, key: string, value: Json | undefined): void {
    const bytes = Buffer.from(JSON.stringify({ input, key, value }));
    this.#add(entryKinds.position, 0, undefined, 0, bytes, 0, bytes.length);
  }

  /** The answer to what a module asked for. */
  lookupResult(module: string, result: LookupResult): void {
    const bytes = Buffer.from(JSON.stringify({ module, result }));
    this.#add(entryKinds.lookupResult, 0, undefined, 0, bytes, 0, bytes.length);
  }

  /** A file that a module wants to be given, read at `now`, ms. `json` must be JSON text. */
  imported(module: string, file: { readonly name: string; readonly json: string }, now: number): void {
    const result = `"id":${JSON.stringify(`import:${file.name}`)},"source":"import","result":${file.json}`;
    const bytes = Buffer.from(`{"module":${JSON.stringify(module)},"result":{${result}}}`);
    this.#add(entryKinds.lookupResult, 0, undefined, now, bytes, 0, bytes.length);
  }

  /** All that follows comes under another configuration; gives the entry's number. It has a block of its own, behind which the core can change. */
  generation(id: string, now: number): number {
    this.#sealOpen();
    const bytes = generationBytes(id);
    this.#add(entryKinds.generation, 0, undefined, now, bytes, 0, bytes.length);
    this.#sealOpen();
    return this.lastSeq;
  }

  /** The clock was set: from here on times of receipt are those of another clock, which shows `byMs` more. */
  clockJump(byMs: number, now: number): void {
    const bytes = Buffer.from(JSON.stringify({ jumpedMs: byMs }));
    this.#add(entryKinds.clock, 0, undefined, now, bytes, 0, bytes.length);
  }

  /** Notes that time passed, where nothing else has noted it since the last call. */
  clock(now: number): void {
    if (this.#nextSeq === this.#entriesThen) this.#add(entryKinds.clock, 0, undefined, now, Buffer.alloc(0), 0, 0);
    this.#entriesThen = this.#nextSeq;
  }

  /** Resolves when all that was pushed has been written. */
  async idle(): Promise<void> {
    if (this.#writer === undefined && this.#sealed.length === 0 && !this.#writing) return;
    await new Promise<void>((resolve) => {
      this.#idleWaiters.push(resolve);
      this.#schedule();
    });
  }

  #add(
    kind: number,
    flags: number,
    source: FrameSource | undefined,
    receivedAt: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    // It may push an entry that comes before this one.
    const time = this.timeOf(receivedAt);
    let writer = this.#writer;
    const isFull = writer !== undefined && !this.#isTogether && !writer.fits(end - start);
    if (writer === undefined || isFull) {
      if (writer !== undefined) this.#seal(writer);
      writer = new BlockWriter({ firstSeq: this.#nextSeq, bytes: this.#blockBytes });
      this.#writer = writer;
    }
    writer.add(kind, flags, source, time, bytes, start, end);
    this.#nextSeq += 1;
    if (writer.bytes >= largestBlockBytes && !this.#isTogether) this.#seal(writer);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#writing) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#writing) void this.#writeAll();
    });
  }

  #sealOpen(): void {
    if (this.#writer !== undefined) this.#seal(this.#writer);
  }

  #seal(writer: BlockWriter): void {
    this.#writer = undefined;
    const bytes = writer.seal(Date.now());
    const heldBytes = bytes.buffer.byteLength;
    this.#sealed.push({ bytes, firstSeq: writer.firstSeq, count: writer.count, heldBytes });
    this.#waitingBytes += heldBytes;
    // The next block begins about as large as this one became, so that little is copied and little lies empty.
    this.#blockBytes = Math.min(
      largestBlockBytes + 66_000,
      Math.max(smallestBlockBytes, Math.ceil(bytes.length * 1.25)),
    );
  }

  async #writeAll(): Promise<void> {
    this.#writing = true;
    try {
      for (;;) {
        if (this.#sealed.length === 0 && this.#writer !== undefined) this.#seal(this.#writer);
        const block = this.#sealed.shift();
        if (block === undefined) break;
        await this.#write(block.bytes, block);
        this.#waitingBytes -= block.heldBytes;
        this.#writtenSeq = block.firstSeq + block.count - 1;
        this.#release();
        void this.#syncWritten();
      }
    } catch (cause) {
      this.#failed(cause);
      for (const { reject } of this.#durableWaiters.splice(0)) reject(cause);
    } finally {
      this.#writing = false;
    }
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  /** Those who wait during one sync share the next. */
  async #syncWritten(): Promise<void> {
    if (this.#syncing) return;
    this.#syncing = true;
    while (this.#durableWaiters.some(({ seq }) => seq <= this.#writtenSeq)) {
      const written = this.#writtenSeq;
      const settled = this.#durableWaiters.filter(({ seq }) => seq <= written);
      this.#durableWaiters = this.#durableWaiters.filter(({ seq }) => seq > written);
      try {
        await this.#sync();
        for (const { resolve } of settled) resolve();
      } catch (cause) {
        for (const { reject } of settled) reject(cause);
      }
    }
    this.#syncing = false;
  }

  #release(): void {
    if (this.full) return;
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}
