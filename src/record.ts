import type { NormalizedEvent } from './normalize/normalized-event.js';

/** Structured data of a record: element id → parameter name → value (RFC 5424 §6.3). */
export type StructuredData = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** One parsed log entry. */
export interface LogRecord {
  /** Number of its frame in the journal. */
  readonly seq: number;
  /** When it happened according to the sender, ms since the epoch; the time of receipt where the sender says nothing. */
  readonly time: number;
  /** When its frame was received, ms since the epoch. */
  readonly receivedAt: number;
  /** Syslog facility, 0–23 (RFC 5424 §6.2.1). */
  readonly facility?: number | undefined;
  /** Syslog severity, 0–7 (RFC 5424 §6.2.1). */
  readonly severity?: number | undefined;
  readonly host?: string | undefined;
  readonly app?: string | undefined;
  readonly pid?: string | undefined;
  readonly msgId?: string | undefined;
  readonly structuredData?: StructuredData | undefined;
  readonly message: string;
  /** The whole frame as text; invalid UTF-8 as U+FFFD (the journal has the bytes). Control characters are kept. */
  readonly raw: string;
  /** Name of the input that received it. */
  readonly input: string;
  /** Address of the sender, without port, where there is one. */
  readonly peer?: string | undefined;
  /** What was wrong with the frame, in words. */
  readonly fault?: string | undefined;
  /** The frame was longer than the limit and has been cut. */
  readonly truncated?: boolean | undefined;
  /** What the sender (`POST /events`) or our normalizer made of it; usually one or none. */
  readonly normalized: readonly NormalizedEvent[];
}
