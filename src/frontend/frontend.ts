import { type BlockReader, entryKinds } from '../journal/block.js';
import type { Json } from '../json.js';
import type { LookupResult } from '../module.js';
import type { NormalizedEvent } from '../normalize/normalized-event.js';
import type { LogRecord } from '../record.js';
import { decodeFrame, type Frame, type OpenRecord } from './decode.js';
import type { StackRunner } from './stack-runner.js';

/** What moves stack time: when frames were received (live), or the newest time stamp so far (stored logs). */
export type Clock = 'receipt' | 'record';

/** The normalizer: what a record is in dsiem's terms. */
export type Normalize = (record: LogRecord) => readonly NormalizedEvent[];

/** How far input positions have come: input → key → place, as the inputs gave it. */
export type PositionChange = (input: string, key: string, value: Json | undefined) => void;

/** What is counted on the way of a record. */
export interface FrontendCounters {
  records: number;
  bytes: number;
  faults: number;
  truncated: number;
  normalized: number;
}

/** The core loop: journal entries in, records through the stack. A function of the entries it is given, in order, and nothing else. */
export class Frontend {
  readonly counters: FrontendCounters = { records: 0, bytes: 0, faults: 0, truncated: 0, normalized: 0 };
  /** Stack time, ms since the epoch; 0 before the first entry. */
  now = 0;
  readonly #runner: StackRunner;
  readonly #clock: Clock;
  readonly #normalize: Normalize | undefined;
  readonly #position: PositionChange;

  constructor(options: {
    readonly runner: StackRunner;
    readonly clock: Clock;
    readonly normalize?: Normalize | undefined;
    readonly position?: PositionChange;
  }) {
    this.#runner = options.runner;
    this.#clock = options.clock;
    this.#normalize = options.normalize;
    this.#position = options.position ?? (() => undefined);
  }

  /** Works on all entries of a block. */
  block(reader: BlockReader): void {
    while (reader.next()) this.#entry(reader);
  }

  /** Works on one frame. */
  frame(frame: Frame): void {
    const stored = this.#clock === 'record';
    const record = decodeFrame(frame);
    if (stored && !record.timeStamped && this.now > 0) record.time = this.now;
    const { counters } = this;
    counters.records += 1;
    counters.bytes += frame.end - frame.start;
    if (record.fault !== undefined) counters.faults += 1;
    if (record.truncated === true) counters.truncated += 1;
    this.#runner.beginEntry(frame.seq, this.now);
    this.#moveTo(stored ? record.time : frame.receivedAt);
    this.record(record);
  }

  /** Offers a record, made by `frame` or received ready-made, to the normalizer and the stack. */
  record(record: OpenRecord): void {
    if (this.#normalize !== undefined && record.normalized.length === 0) {
      record.normalized = this.#normalize(record);
    }
    this.counters.normalized += record.normalized.length;
    this.#runner.record(record);
  }

  /** The stored log has ended: modules say their last. */
  end(seq: number): void {
    this.#runner.beginEntry(seq, this.now);
    this.#runner.end(this.now);
  }

  #entry(entry: BlockReader): void {
    switch (entry.kind) {
      case entryKinds.frame:
        this.frame(entry);
        return;
      case entryKinds.clock:
        this.#runner.beginEntry(entry.seq, this.now);
        this.#moveTo(entry.receivedAt);
        return;
      case entryKinds.position: {
        const { input, key, value } = payload(entry) as { input: string; key: string; value?: Json };
        this.#position(input, key, value);
        return;
      }
      case entryKinds.lookupResult: {
        const { module, result } = payload(entry) as { module: string; result: LookupResult };
        this.#runner.beginEntry(entry.seq, this.now);
        this.#runner.result(result, module);
        return;
      }
      default:
        throw new RangeError(`journal entry ${entry.seq} is of unknown kind ${entry.kind}`);
    }
  }

  /** Ticks come before the record that moved the clock. */
  #moveTo(time: number): void {
    if (time <= this.now) return;
    const second = Math.floor(time / 1000);
    const due = second > Math.floor(this.now / 1000);
    this.now = time;
    if (due) this.#runner.tick(time);
  }
}

const payload = (entry: BlockReader): unknown => JSON.parse(entry.bytes.toString('utf8', entry.start, entry.end));
