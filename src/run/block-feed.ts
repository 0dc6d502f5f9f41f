import { AppendTimes } from '../dispatch/append-times.js';
import { messageOf } from '../fault.js';
import { type BlockRun, follows, joined, restOf } from '../journal/block-run.js';
import type { RunPiece } from '../journal/run-read.js';

/** A block on its way to the core: its bytes, or where they can be read back, or both. */
export interface FeedBlock {
  readonly firstSeq: number;
  readonly count: number;
  readonly length: number;
  readonly bytes?: Uint8Array | undefined;
  readonly stored?: BlockRun | undefined;
}

/** Entries that the core does not get. */
interface LostEntries {
  readonly firstSeq: number;
  readonly count: number;
}

/** What waits: a block in memory, or blocks on disk alone, however many follow each other there. */
type Waiting =
  | { readonly firstSeq: number; readonly length: number; readonly bytes: Uint8Array }
  | { readonly firstSeq: number; readonly bytes: undefined; run: BlockRun };

/** Of what can be read back, as much waits in memory. */
const windowBytes = 16 * 1024 * 1024;
/** Of what cannot: past it inputs must wait. */
const mostKeptBytes = 64 * 1024 * 1024;
const mostOutstandingBytes = 4 * 1024 * 1024;

/**
 * Hands blocks to the core, in order, as fast as it takes them. Keeps a small window in memory; a core that lags gets the rest
 * from disk, which leaves nothing of a block in memory. What cannot be read back stays: `full` then says that inputs must wait.
 */
export class BlockFeed {
  /** Gives the beginning of a run. Rejects where it cannot, for good. */
  readBack: (run: BlockRun) => Promise<RunPiece> = () => Promise.reject(new Error('nothing is kept on disk'));
  readonly #queue: Waiting[] = [];
  readonly #send: (block: Uint8Array) => void;
  readonly #lost: (entries: LostEntries, why: string) => void;
  readonly #times = new AppendTimes(performance.now());
  #keptBytes = 0;
  #outstanding: { readonly firstSeq: number; readonly length: number }[] = [];
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
    /** Entries could not be read back. */
    readonly lost: (entries: LostEntries, why: string) => void;
  }) {
    this.#send = options.send;
    this.#lost = options.lost;
  }

  /** More is in memory than should be. */
  get full(): boolean {
    return this.#keptBytes > mostKeptBytes;
  }

  add({ firstSeq, count, length, bytes, stored }: FeedBlock): void {
    this.#times.note(firstSeq, performance.now());
    this.#lastSeq = firstSeq + count - 1;
    this.queuedBytes += length;
    const last = this.#queue.at(-1);
    // Behind what must be read back nothing is kept: its turn comes late.
    const isLate = (last !== undefined && last.bytes === undefined) || this.#keptBytes >= windowBytes;
    if (stored !== undefined && (bytes === undefined || isLate)) this.#addRun(last, stored);
    else if (bytes !== undefined) {
      this.#keptBytes += bytes.buffer.byteLength;
      this.#queue.push({ firstSeq, length, bytes });
    }
    void this.#pump();
  }

  /** How long ago the oldest block came that the core is not done with, ms; 0 where there is none. */
  get delayMs(): number {
    const oldest = this.#outstanding[0] ?? this.#queue[0];
    return oldest === undefined ? 0 : this.#times.agoMs(oldest.firstSeq, performance.now());
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
  resume(again: readonly BlockRun[]): void {
    for (const { length } of again) this.queuedBytes += length;
    this.#queue.unshift(...again.map((run) => ({ firstSeq: run.firstSeq, bytes: undefined, run })));
    this.#held = false;
    void this.#pump();
  }

  /** Entries that came and that the core is not done with. */
  get waitingEntries(): number {
    const oldest = this.#outstanding[0] ?? this.#queue[0];
    return oldest === undefined ? 0 : this.#lastSeq - oldest.firstSeq + 1;
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

  #addRun(last: Waiting | undefined, run: BlockRun): void {
    if (last !== undefined && last.bytes === undefined && follows(last.run, run)) last.run = joined(last.run, run);
    else this.#queue.push({ firstSeq: run.firstSeq, bytes: undefined, run });
  }

  async #pump(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    while (!this.#stopped && !this.#held && this.#outstandingBytes < mostOutstandingBytes) {
      const next = this.#queue[0];
      if (next === undefined) break;
      if (next.bytes === undefined) await this.#handRun(next.run);
      else {
        this.#queue.shift();
        this.#keptBytes -= next.bytes.buffer.byteLength;
        this.#hand(next.bytes, next.firstSeq);
      }
    }
    this.#sending = false;
    this.#settle();
  }

  /** Hands on the beginning of the run that waits first. */
  async #handRun(run: BlockRun): Promise<void> {
    const core = this.#core;
    const piece = await this.readBack(run).catch((cause: unknown): RunPiece => {
      const { length, count } = run;
      return { blocks: [], length, count, fault: messageOf(cause) };
    });
    const first = this.#queue[0];
    if (this.#stopped || core !== this.#core || first === undefined || first.bytes !== undefined) return;
    // It may have grown meanwhile.
    const rest = restOf(first.run, piece);
    if (rest === undefined) this.#queue.shift();
    else this.#queue[0] = { firstSeq: rest.firstSeq, bytes: undefined, run: rest };
    if (piece.fault !== undefined) {
      this.queuedBytes -= piece.length;
      this.#lost({ firstSeq: run.firstSeq, count: piece.count }, piece.fault);
    }
    for (const bytes of piece.blocks) this.#hand(bytes, run.firstSeq);
  }

  #hand(bytes: Uint8Array, firstSeq: number): void {
    this.queuedBytes -= bytes.length;
    this.#outstanding.push({ firstSeq, length: bytes.length });
    this.#outstandingBytes += bytes.length;
    this.#send(bytes);
  }

  #settle(): void {
    if (!this.#stopped && (this.#held || this.#queue.length > 0 || this.#outstanding.length > 0)) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }
}
