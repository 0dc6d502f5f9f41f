import type { Log } from '../module.js';
import type { TlsFiles } from './tls-credentials.js';

/** Where and how to receive streams. Times are ms; 0 means never. */
export interface TcpOptions {
  /** Absent: all interfaces, both IP versions. */
  readonly host?: string | undefined;
  /** 0: any free one. */
  readonly port: number;
  /** TLS with these files; absent: plain TCP. */
  readonly tls?: TlsFiles | undefined;
  /** Bytes a frame may have; the rest is cut off. Default 65536. */
  readonly maxFrame?: number | undefined;
  /** Open connections at once, those in their handshake included; one more is closed at once. Default 2048. */
  readonly maxConnections?: number | undefined;
  /**
   * After so long without a byte a connection is ended politely: what the peer still sends is read. Default one hour:
   * many senders lose a message over an ended connection, and peers that are gone are found by TCP keep-alive.
   */
  readonly idleTimeoutMs?: number | undefined;
  /**
   * The same inside an octet-counted frame, whose sender announced the bytes it does not send. Default one minute.
   * Half a line is no fault (a program that buffers its output), so there the idle timeout applies.
   */
  readonly frameTimeoutMs?: number | undefined;
  /** Time a TLS handshake may take. Default 10 s. */
  readonly handshakeTimeoutMs?: number | undefined;
  readonly timeZone?: string | undefined;
  readonly year?: number | undefined;
  readonly log: Log;
}

/** Options with their defaults. */
export const withTcpDefaults = (options: TcpOptions) => ({
  ...options,
  maxFrame: options.maxFrame ?? 65_536,
  maxConnections: options.maxConnections ?? 2048,
  idleTimeoutMs: options.idleTimeoutMs ?? 3_600_000,
  frameTimeoutMs: options.frameTimeoutMs ?? 60_000,
  handshakeTimeoutMs: options.handshakeTimeoutMs ?? 10_000,
});
