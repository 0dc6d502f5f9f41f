import { isAscii, isUtf8 } from 'node:buffer';
import { frameFlags } from '../inputs/input.js';
import type { FrameSource } from '../journal/block.js';
import type { LogRecord } from '../record.js';
import { parseSyslog } from '../syslog-parser/index.js';
import { decodeNormalized } from './decode-normalized.js';

/** A frame's bytes and what its input said about it. */
export interface Frame {
  readonly seq: number;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly flags: number;
  readonly source: FrameSource;
  /** ms since the epoch. */
  readonly receivedAt: number;
}

/** A record whose normalized events may still be filled in, before anyone sees it. */
export type OpenRecord = { -readonly [K in keyof LogRecord]: LogRecord[K] } & { timeStamped: boolean };

const none: readonly never[] = Object.freeze([]);

/** A frame as a record. Any bytes give one, with a `fault` where need be. `timeZone`: of time stamps without one, where the source has none. */
export const decodeFrame = (frame: Frame, timeZone?: string): OpenRecord => {
  const { bytes, start, end, source, receivedAt } = frame;
  if (source.format === 'normalized') return decodeNormalized(frame);
  const plain = isAscii(bytes.subarray(start, end));
  const raw = plain ? bytes.toString('latin1', start, end) : bytes.toString('utf8', start, end);
  const parsed = parseSyslog(raw, {
    receivedAt,
    timeZone: source.timeZone ?? timeZone,
    referenceTime: source.referenceTime,
    year: source.year,
  });
  let fault = parsed.fault;
  if (fault === undefined && !plain && !isUtf8(bytes.subarray(start, end))) fault = 'invalid UTF-8, shown as U+FFFD';
  if (fault === undefined && raw.includes('\0')) fault = 'contains NUL';
  return {
    seq: frame.seq,
    time: parsed.time,
    receivedAt,
    facility: parsed.facility,
    severity: parsed.severity,
    host: parsed.host,
    app: parsed.app,
    pid: parsed.pid,
    msgId: parsed.msgId,
    structuredData: parsed.structuredData,
    message: parsed.message,
    raw,
    input: source.input,
    peer: source.peer,
    fault,
    truncated: (frame.flags & frameFlags.truncated) !== 0,
    normalized: none,
    timeStamped: parsed.timeStamped,
  };
};
