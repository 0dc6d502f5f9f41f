import type { AppendHandle, FileFacts } from './append-files.js';

const newline = 0x0a;

/** How far a write got. */
export interface Appended {
  /** Bytes written, up to the end of the last whole line. */
  readonly whole: number;
  /** Why it went no further; absent where all was written. */
  readonly error?: Error;
}

/** One open file that grows by whole lines: what a failed write left of a line is cut off before the next one. */
export class OpenFile {
  readonly #handle: AppendHandle;
  readonly #facts: FileFacts;
  #end: number;
  #torn = 0;
  #unsynced = false;

  constructor(handle: AppendHandle, facts: FileFacts, end: number) {
    this.#handle = handle;
    this.#facts = facts;
    this.#end = end;
  }

  /** Where its last whole line ends, in bytes. */
  get end(): number {
    return this.#end;
  }

  get dev(): number {
    return this.#facts.dev;
  }

  get ino(): number {
    return this.#facts.ino;
  }

  /** Whether these are the facts of this very file. */
  is(facts: Pick<FileFacts, 'dev' | 'ino'>): boolean {
    return facts.dev === this.#facts.dev && facts.ino === this.#facts.ino;
  }

  /** Goes on from the size the file has now: somebody may have emptied it (copytruncate). */
  async resume(size: number): Promise<void> {
    if (size === this.#end + this.#torn) return this.#cutTorn();
    this.#torn = 0;
    this.#end = size;
  }

  /** Appends whole lines. Never rejects for a failed write: it says how far it got. */
  async append(lines: Uint8Array): Promise<Appended> {
    let done = 0;
    this.#unsynced = true;
    try {
      while (done < lines.length) {
        const { bytesWritten } = await this.#handle.write(lines, done, lines.length - done);
        if (bytesWritten === 0) throw new Error('the file took no byte');
        done += bytesWritten;
      }
    } catch (cause) {
      const whole = done === 0 ? 0 : lines.lastIndexOf(newline, done - 1) + 1;
      this.#end += whole;
      if (done > whole) this.#torn = done - whole;
      return { whole, error: cause instanceof Error ? cause : new Error('writing failed', { cause }) };
    }
    this.#end += done;
    return { whole: done };
  }

  /** Makes what was appended safe against loss of power. Rejects with the system's error, and is not tried again then. */
  async sync(): Promise<void> {
    if (!this.#unsynced) return;
    // After a failure the system may take for written what is lost: asking again would get a wrong yes.
    this.#unsynced = false;
    await this.#handle.datasync();
  }

  /** Cuts what a failed write left of a line, and lets go of the file even where that fails. */
  async close(): Promise<void> {
    try {
      await this.#cutTorn();
    } finally {
      await this.#handle.close();
    }
  }

  async #cutTorn(): Promise<void> {
    if (this.#torn === 0) return;
    const { size } = await this.#handle.stat();
    // Longer or shorter than we left it: the torn bytes are no longer where they were.
    if (size === this.#end + this.#torn) await this.#handle.truncate(this.#end);
    this.#torn = 0;
  }
}
