import { type BlockReader, entryKinds } from '../journal/block.js';
import type { Json } from '../json.js';
import type { LookupResult } from '../module.js';
import type { NormalizedEvent } from '../normalize/normalized-event.js';
import type { LogRecord } from '../record.js';
import { decodeFrame, type Frame, type OpenRecord } from './decode.js';
import type { StackRunner } from './stack-runner.js';
import { FrameSetAside, ModuleTurnedOff } from './verdict-events.js';
import { noVerdicts, type SetAside, type Verdicts, VerdictWalk } from './verdicts.js';

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
  /** Entries passed over because the core had died of them. */
  poisoned: number;
}

/** Takes an entry that is passed over. */
export type TakeSetAside = (entry: BlockReader, verdict: SetAside) => void;

/** The core loop: journal entries in, records through the stack. A function of the entries it is given, in order, and nothing else. */
export class Frontend {
  readonly counters: FrontendCounters = { records: 0, bytes: 0, faults: 0, truncated: 0, normalized: 0, poisoned: 0 };
  /** Stack time, ms since the epoch; 0 before the first entry. Never goes back, and does not follow a clock that is set. */
  now = 0;
  /** By how much the clock was set since stack time began, ms. */
  clockAhead = 0;
  readonly #runner: StackRunner;
  readonly #clock: Clock;
  readonly #timeZone: string | undefined;
  readonly #normalize: Normalize | undefined;
  readonly #position: PositionChange;
  readonly #verdicts: VerdictWalk;
  readonly #turnOff: (names: ReadonlySet<string>) => void;
  readonly #setAside: TakeSetAside | undefined;

  constructor(options: {
    readonly runner: StackRunner;
    readonly clock: Clock;
    /** Time zone of time stamps without one, where their input has none; this machine's where absent. */
    readonly timeZone?: string | undefined;
    readonly normalize?: Normalize | undefined;
    readonly position?: PositionChange;
    readonly verdicts?: Verdicts | undefined;
    /** From here on these are not asked, and no others. */
    readonly turnOff: (names: ReadonlySet<string>) => void;
    readonly setAside?: TakeSetAside | undefined;
  }) {
    this.#runner = options.runner;
    this.#clock = options.clock;
    this.#timeZone = options.timeZone;
    this.#normalize = options.normalize;
    this.#position = options.position ?? (() => undefined);
    this.#verdicts = new VerdictWalk(options.verdicts ?? noVerdicts);
    this.#turnOff = options.turnOff;
    this.#setAside = options.setAside;
  }

  /** What the clock on the wall showed at stack time, ms since the epoch. */
  get wallTime(): number {
    return this.now === 0 ? 0 : this.now + this.clockAhead;
  }

  /** Works on all entries of a block that are below a number. */
  block(reader: BlockReader, below = Infinity): void {
    while (reader.seq + 1 < below && reader.next()) {
      if (reader.seq < this.#verdicts.due || !this.#judge(reader)) this.#entry(reader);
    }
  }

  /** Works on one frame. */
  frame(frame: Frame): void {
    const stored = this.#clock === 'record';
    const record = decodeFrame(frame, this.#timeZone);
    if (stored && !record.timeStamped && this.now > 0) record.time = this.now;
    const { counters } = this;
    counters.records += 1;
    counters.bytes += frame.end - frame.start;
    if (record.fault !== undefined) counters.faults += 1;
    if (record.truncated === true) counters.truncated += 1;
    this.#runner.beginEntry(frame.seq, this.wallTime);
    this.#moveTo(stored ? record.time : frame.receivedAt - this.clockAhead);
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
    this.#runner.beginEntry(seq, this.wallTime);
    this.#runner.end(this.now);
  }

  /** Does what was decided about an entry; whether that is to pass over it. Its time is not noted: the next one's is. */
  #judge(entry: BlockReader): boolean {
    const { aside, turnedOff, off } = this.#verdicts.at(entry.seq);
    this.#turnOff(off);
    this.#runner.beginEntry(entry.seq, this.wallTime);
    for (const { name, reason } of turnedOff) this.#runner.announce(new ModuleTurnedOff({ off: name, reason }), name);
    if (aside === undefined) return false;
    this.counters.poisoned += 1;
    this.#runner.announce(asideEvent(entry, aside), aside.by);
    this.#setAside?.(entry, aside);
    return true;
  }

  #entry(entry: BlockReader): void {
    switch (entry.kind) {
      case entryKinds.frame:
        this.frame(entry);
        return;
      case entryKinds.clock:
        if (entry.end > entry.start) this.#clockJumped((payload(entry) as { jumpedMs: number }).jumpedMs);
        this.#runner.beginEntry(entry.seq, this.wallTime);
        this.#moveTo(entry.receivedAt - this.clockAhead);
        return;
      case entryKinds.position: {
        const { input, key, value } = payload(entry) as { input: string; key: string; value?: Json };
        this.#position(input, key, value);
        return;
      }
      case entryKinds.lookupResult: {
        const { module, result } = payload(entry) as { module: string; result: LookupResult };
        this.#runner.beginEntry(entry.seq, this.wallTime);
        // Imported files say when they were read: they may be the first a core hears of time.
        if (entry.receivedAt > 0) this.#moveTo(entry.receivedAt - this.clockAhead);
        this.#runner.result(result, module);
        return;
      }
      // Begins with the entry behind it; who gives out the blocks sees to that.
      case entryKinds.generation:
        return;
      default:
        throw new RangeError(`journal entry ${entry.seq} is of unknown kind ${entry.kind}`);
    }
  }

  /** Before the first time of receipt there is no stack time that must go on. */
  #clockJumped(byMs: number): void {
    if (this.now > 0) this.clockAhead += byMs;
  }

  /** Ticks come before the record that moved the clock. */
  #moveTo(time: number): void {
    if (time <= this.now) return;
    const second = Math.floor(time / 1000);
    const due = second > Math.floor(this.now / 1000);
    this.now = time;
    if (due) this.#runner.tick(time, this.wallTime);
  }
}

const longestRaw = 4096;

const asideEvent = ({ seq, kind, bytes, start, end, source }: BlockReader, { by, reason }: SetAside): FrameSetAside => {
  if (kind !== entryKinds.frame) return new FrameSetAside({ seq, by, reason });
  const { input, peer } = source;
  const raw = bytes.toString('utf8', start, Math.min(end, start + longestRaw));
  return new FrameSetAside({ seq, by, reason, input, raw, ...(peer === undefined ? {} : { peer }) });
};

const payload = (entry: BlockReader): unknown => JSON.parse(entry.bytes.toString('utf8', entry.start, entry.end));
