import { frameFlags } from './input.js';

/** Takes the frame bytes[start, end), which are valid during the call only. False stops the decoder after this frame. */
export type EmitFrame = (bytes: Uint8Array, start: number, end: number, flags: number) => boolean;

/** What happened to a stream's frames; shared by all streams of an input. */
export interface FramingCounts {
  /** Frames longer than the limit, and the bytes cut off them. */
  truncated: number;
  cutBytes: number;
  /** Frames the stream ended in. */
  partial: number;
  /** Empty lines, which are no frames. */
  empty: number;
  /** Lines that begin with a count too large to be one. */
  framingErrors: number;
}

/** Counts of nothing yet. */
export const newFramingCounts = (): FramingCounts => ({
  truncated: 0,
  cutBytes: 0,
  partial: 0,
  empty: 0,
  framingErrors: 0,
});

/**
 * A larger number in front of a space is no count but the beginning of a line. No sender counts to 16 MiB, while
 * a count believed swallows that much of the stream: dates (`20240131 12:00 …`) and epoch seconds stay lines.
 */
const mostOctets = 16 * 1024 * 1024;
const lf = 10;
const cr = 13;
const space = 32;
const zero = 48;
const nine = 57;
/** A remainder's buffer this small is kept for the next one; a larger one is given back. */
const keptBytes = 1024;

/**
 * Cuts a stream into frames, told apart one by one (RFC 6587 §3.4): a frame that begins with a digit 1–9, more digits
 * and a space is octet counted, any other is a line, ended by LF or CR LF. So a line that begins with a number up to
 * 16 MiB and a space is taken for a count, as rsyslog does; nothing in the bytes tells them apart.
 * NUL and all other bytes are part of the frame. Empty lines are skipped and counted.
 * Any bytes are taken, in linear time; it holds at most `maxFrame` + 1 bytes.
 */
export class FrameDecoder {
  readonly #maxFrame: number;
  /** Whether frames may be octet counted. */
  readonly octetCounting: boolean;
  readonly #emptyFrames: boolean;
  readonly #counts: FramingCounts;
  #mode: 'start' | 'line' | 'octets' | 'skip-line' | 'skip-octets' = 'start';
  /** The count read so far in `start`, of the frame in `octets`, still to skip in `skip-octets`. */
  #octets = 0;
  #held: Buffer | undefined;
  #heldBytes = 0;
  /** What `emit` last said. */
  #going = true;

  constructor(options: {
    readonly maxFrame: number;
    /** False: every frame is a line. */
    readonly octetCounting: boolean;
    /** An empty line is an empty frame. Default: no frame. */
    readonly emptyFrames?: boolean;
    readonly counts: FramingCounts;
  }) {
    this.#maxFrame = options.maxFrame;
    this.#emptyFrames = options.emptyFrames ?? false;
    this.octetCounting = options.octetCounting;
    this.#counts = options.counts;
  }

  /** Bytes of memory held for the frame that is not complete. */
  get capacity(): number {
    return this.#held?.length ?? 0;
  }

  /** The stream stopped inside an octet-counted frame: the sender owes bytes. */
  get awaitsOctets(): boolean {
    return this.#mode === 'octets' || this.#mode === 'skip-octets';
  }

  /** Takes chunk[from…] until it ends or `emit` returns false; returns where it stopped, from where the next call must go on. */
  push(chunk: Buffer, from: number, emit: EmitFrame): number {
    let at = from;
    while (at < chunk.length && this.#going) {
      if (this.#mode === 'start') at = this.#begin(chunk, at);
      else if (this.#mode === 'line') at = this.#line(chunk, at, emit);
      else if (this.#mode === 'octets') at = this.#counted(chunk, at, emit);
      else if (this.#mode === 'skip-line') at = this.#skipLine(chunk, at);
      else at = this.#skipOctets(chunk, at);
    }
    this.#going = true;
    return at;
  }

  /** The stream has ended: hands on the frame it ended in, marked partial. The decoder is as new afterwards. */
  finish(emit: EmitFrame): void {
    const mode = this.#mode;
    this.#mode = 'start';
    if (mode === 'octets') this.#deliver(this.#heldBuffer(), 0, this.#heldBytes, frameFlags.partial, emit);
    else if (this.#heldBytes > 0) this.#endLine(this.#heldBuffer(), 0, this.#heldBytes, frameFlags.partial, emit);
    this.#release();
    this.#octets = 0;
  }

  #begin(chunk: Buffer, from: number): number {
    let at = from;
    while (this.octetCounting && at < chunk.length) {
      const byte = chunk[at] ?? 0;
      if (byte === space && this.#octets > 0) {
        this.#release();
        this.#mode = 'octets';
        return at + 1;
      }
      const isDigit = byte >= zero && byte <= nine && (byte !== zero || this.#octets > 0);
      if (!isDigit) break;
      this.#octets = this.#octets * 10 + byte - zero;
      at += 1;
      if (this.#octets > mostOctets) {
        this.#counts.framingErrors += 1;
        break;
      }
      if (at === chunk.length) {
        this.#hold(chunk, from, at);
        return at;
      }
    }
    this.#octets = 0;
    this.#mode = 'line';
    return from;
  }

  #line(chunk: Buffer, from: number, emit: EmitFrame): number {
    const found = chunk.indexOf(lf, from);
    const end = found === -1 ? chunk.length : found;
    if (found !== -1 && this.#heldBytes === 0) {
      this.#mode = 'start';
      this.#endLine(chunk, from, end, 0, emit);
      return end + 1;
    }
    // One byte more than a frame: a CR there belongs to the end of the line.
    const taken = Math.min(end, from + this.#maxFrame + 1 - this.#heldBytes);
    this.#hold(chunk, from, taken);
    if (taken < end) {
      this.#mode = 'skip-line';
      this.#deliver(this.#heldBuffer(), 0, this.#heldBytes, 0, emit);
      this.#release();
      return taken;
    }
    if (found === -1) return end;
    this.#mode = 'start';
    this.#endLine(this.#heldBuffer(), 0, this.#heldBytes, 0, emit);
    this.#release();
    return end + 1;
  }

  #counted(chunk: Buffer, from: number, emit: EmitFrame): number {
    const octets = this.#octets;
    const wanted = Math.min(octets, this.#maxFrame) - this.#heldBytes;
    if (chunk.length - from < wanted) {
      this.#hold(chunk, from, chunk.length);
      return chunk.length;
    }
    this.#octets = Math.max(0, octets - this.#maxFrame);
    this.#mode = this.#octets > 0 ? 'skip-octets' : 'start';
    const flags = this.#octets > 0 ? frameFlags.truncated : 0;
    const end = from + wanted;
    if (this.#heldBytes === 0) {
      this.#deliver(chunk, from, end, flags, emit);
    } else {
      this.#hold(chunk, from, end);
      this.#deliver(this.#heldBuffer(), 0, this.#heldBytes, flags, emit);
      this.#release();
    }
    return end;
  }

  #skipLine(chunk: Buffer, from: number): number {
    const found = chunk.indexOf(lf, from);
    if (found !== -1) this.#mode = 'start';
    const end = found === -1 ? chunk.length : found;
    this.#counts.cutBytes += end - from;
    return found === -1 ? end : end + 1;
  }

  #skipOctets(chunk: Buffer, from: number): number {
    const skipped = Math.min(this.#octets, chunk.length - from);
    this.#octets -= skipped;
    this.#counts.cutBytes += skipped;
    if (this.#octets === 0) this.#mode = 'start';
    return from + skipped;
  }

  #endLine(bytes: Buffer, start: number, end: number, flags: number, emit: EmitFrame): void {
    const stop = end > start && bytes[end - 1] === cr ? end - 1 : end;
    if (stop === start && !this.#emptyFrames) this.#counts.empty += 1;
    else this.#deliver(bytes, start, stop, flags, emit);
  }

  #deliver(bytes: Buffer, start: number, end: number, flags: number, emit: EmitFrame): void {
    const over = Math.max(0, end - start - this.#maxFrame);
    const marks = over > 0 ? flags | frameFlags.truncated : flags;
    if (marks !== 0) {
      this.#counts.cutBytes += over;
      if ((marks & frameFlags.truncated) !== 0) this.#counts.truncated += 1;
      if ((marks & frameFlags.partial) !== 0) this.#counts.partial += 1;
    }
    this.#going = emit(bytes, start, end - over, marks);
  }

  #hold(chunk: Buffer, from: number, to: number): void {
    const needed = this.#heldBytes + to - from;
    if (this.#held === undefined || this.#held.length < needed) {
      const size = Math.min(Math.max(needed, this.capacity * 2, 256), this.#maxFrame + 1);
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, size));
      this.#held?.copy(larger, 0, 0, this.#heldBytes);
      this.#held = larger;
    }
    chunk.copy(this.#held, this.#heldBytes, from, to);
    this.#heldBytes = needed;
  }

  #heldBuffer(): Buffer {
    return this.#held ?? nothing;
  }

  #release(): void {
    this.#heldBytes = 0;
    if (this.capacity > keptBytes) this.#held = undefined;
  }
}

const nothing = Buffer.alloc(0);
