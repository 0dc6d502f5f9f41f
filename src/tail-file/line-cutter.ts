/** Marks of a line, or-ed together. */
export const lineFlags = {
  /** It was longer than the limit and has been cut. */
  truncated: 1,
  /** The file ended, for good, before its newline. */
  partial: 2,
} as const;

/**
 * Takes one line: bytes `start` to `end` of `bytes`, newline and carriage return left off, valid only during the call.
 * `storedAt` (ms since the epoch) is when the file was last written, where the line was there before following began.
 * Answers false where it cannot take the line now; it is offered again at the next poll.
 */
export type TakeLine = (
  bytes: Buffer,
  start: number,
  end: number,
  flags: number,
  storedAt: number | undefined,
) => boolean;

/** What has happened, in numbers that only grow. Shared by all files that are given the same object. */
export interface TailCounters {
  lines: number;
  /** Bytes passed, newlines included. */
  bytes: number;
  /** Lines cut at the limit. */
  truncated: number;
  /** Bytes of cut lines beyond the limit. */
  cut_bytes: number;
  /** NUL bytes passed over at the beginning of a truncated file whose writer did not append. */
  hole_bytes: number;
  /** Last lines of files that ended without a newline. */
  partial: number;
  rotations: number;
  truncations: number;
  /** Times when lines were lost, or it cannot be known that none were. */
  gaps: number;
  /** Bytes known to have been lost. */
  gap_bytes: number;
}

/** All zero. */
export const newCounters = (): TailCounters => ({
  lines: 0,
  bytes: 0,
  truncated: 0,
  cut_bytes: 0,
  hole_bytes: 0,
  partial: 0,
  rotations: 0,
  truncations: 0,
  gaps: 0,
  gap_bytes: 0,
});

const newline = 10;
const carriageReturn = 13;

/** Finds the lines in stretches of one file's bytes. Between stretches it remembers only whether it is passing over the rest of a cut line. */
export class LineCutter {
  /** The rest of the current line is being passed over. */
  skipping = false;
  /** The last line offered was not taken. */
  refused = false;
  readonly #maxLineBytes: number;
  readonly #take: TakeLine;
  readonly #counters: TailCounters;

  constructor(options: {
    readonly maxLineBytes: number;
    readonly take: TakeLine;
    readonly counters: TailCounters;
  }) {
    this.#maxLineBytes = options.maxLineBytes;
    this.#take = options.take;
    this.#counters = options.counters;
  }

  /** Offers every whole line from `start` on and returns how far it got: the beginning of the line to go on with. */
  cut(bytes: Buffer, start: number, end: number, storedAt: number | undefined): number {
    let at = start;
    this.refused = false;
    while (at < end) {
      const found = bytes.indexOf(newline, at);
      const whole = found !== -1 && found < end;
      const ends = whole ? found : end;
      if (this.skipping) {
        this.#counters.cut_bytes += ends - at;
        this.skipping = !whole;
      } else if (!whole && end - at <= this.#maxLineBytes + 1) {
        break;
      } else if (!this.#offer(bytes, at, ends, storedAt)) {
        this.refused = true;
        break;
      } else {
        this.skipping = !whole;
      }
      at = whole ? ends + 1 : end;
    }
    this.#counters.bytes += at - start;
    return at;
  }

  /** Offers what is left of a file that ended without a newline. Answers whether it is dealt with. */
  last(bytes: Buffer, start: number, end: number, storedAt: number | undefined): boolean {
    if (!this.skipping && start < end) {
      if (!this.#take(bytes, start, end, lineFlags.partial, storedAt)) return false;
      this.#counters.lines += 1;
      this.#counters.partial += 1;
    }
    this.#counters.bytes += end - start;
    this.skipping = false;
    return true;
  }

  #offer(bytes: Buffer, start: number, ends: number, storedAt: number | undefined): boolean {
    const end = ends > start && bytes[ends - 1] === carriageReturn ? ends - 1 : ends;
    const excess = end - start - this.#maxLineBytes;
    if (excess <= 0) {
      if (!this.#take(bytes, start, end, 0, storedAt)) return false;
    } else {
      if (!this.#take(bytes, start, end - excess, lineFlags.truncated, storedAt)) return false;
      this.#counters.truncated += 1;
      this.#counters.cut_bytes += excess;
    }
    this.#counters.lines += 1;
    return true;
  }
}
