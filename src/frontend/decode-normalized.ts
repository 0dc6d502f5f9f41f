import { readEvent, WireFault } from '../directives/index.js';
import { messageOf } from '../fault.js';
import type { NormalizedEvent } from '../normalize/normalized-event.js';
import type { Frame, OpenRecord } from './decode.js';

const none: readonly never[] = Object.freeze([]);

const readJson = (raw: string): NormalizedEvent | string => {
  try {
    // A byte order mark means nothing (RFC 8259 §8.1).
    const event = readEvent(JSON.parse(raw.startsWith('\ufeff') ? raw.slice(1) : raw) as unknown);
    return event instanceof WireFault ? event.toString() : event;
  } catch (cause) {
    return `not JSON: ${messageOf(cause)}`;
  }
};

/** A frame that holds a normalized event as JSON (dsiem.md §1), as a record; what is no such event gives one with a fault. */
export const decodeNormalized = (frame: Frame): OpenRecord => {
  const { seq, bytes, start, end, receivedAt, source } = frame;
  const raw = bytes.toString('utf8', start, end);
  const event = readJson(raw);
  const fault = typeof event === 'string' ? event : undefined;
  const read = typeof event === 'string' ? undefined : event;
  return {
    seq,
    time: read === undefined ? receivedAt : read.time * 1000,
    receivedAt,
    facility: undefined,
    severity: undefined,
    host: read?.sensor,
    app: undefined,
    pid: undefined,
    msgId: undefined,
    structuredData: undefined,
    message: read?.title ?? raw,
    raw,
    input: source.input,
    peer: source.peer,
    fault,
    truncated: false,
    normalized: read === undefined ? none : [read],
    timeStamped: read !== undefined,
  };
};
