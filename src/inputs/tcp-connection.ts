import type { Socket } from 'node:net';
import { StreamReader } from './stream-reader.js';

/** How long a connection that was ended for silence may stay silent before it is destroyed, ms. */
const farewellMs = 10_000;

/** One open connection and its silence. */
export class TcpConnection {
  readonly reader: StreamReader;
  readonly #socket: Socket;
  #endedForSilence = false;

  constructor(socket: Socket, options: ConstructorParameters<typeof StreamReader>[1]) {
    this.#socket = socket;
    this.reader = new StreamReader(socket, options);
  }

  /** Ends a connection silent for too long, and destroys it where the peer does not end it too. True where it is ended now. */
  checkSilence(limits: { readonly idleTimeoutMs: number; readonly frameTimeoutMs: number }): boolean {
    // A connection kept waiting by us is not silent.
    if (this.reader.waiting) return false;
    const limitMs = this.reader.awaitsOctets ? limits.frameTimeoutMs : limits.idleTimeoutMs;
    const { silentMs } = this.reader;
    if (limitMs === 0 || silentMs < limitMs) return false;
    if (this.#endedForSilence) {
      if (silentMs >= limitMs + Math.min(limitMs, farewellMs)) this.#socket.destroy();
      return false;
    }
    this.#endedForSilence = true;
    this.#socket.end();
    return true;
  }

  /** Pushes what has been received, the half frame at its end too, and closes. */
  stop(): void {
    this.reader.stop();
    this.#socket.destroy();
  }
}
