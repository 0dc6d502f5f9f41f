import { open, type FileHandle } from 'node:fs/promises';
import { captureHeader } from '../inputs/capture-header.js';
import { BlockReader, entryKinds } from '../journal/block.js';
import { messageOf } from '../fault.js';
import type { Log } from '../module.js';

const lf = 10;
const cr = 13;
const zero = 48;
const nine = 57;

/** Writes what is received to a file that `replay` reads: a line a frame, octet counted (RFC 6587 §3.4.1) where a line could not carry it; an empty frame is an empty line. */
export class CaptureFile {
  readonly #path: string;
  readonly #log: Log;
  #file: FileHandle;
  #writing: Promise<void> = Promise.resolve();
  #failed = false;

  private constructor(path: string, file: FileHandle, log: Log) {
    this.#path = path;
    this.#file = file;
    this.#log = log;
  }

  /** Opens the file for appending. Rejects where it cannot. */
  static async open(path: string, log: Log): Promise<CaptureFile> {
    try {
      return new CaptureFile(path, await openCapture(path), log);
    } catch (cause) {
      throw new Error(
        `cannot write the capture ${path}: ${messageOf(cause)}; a file that this user may write would be right`,
        {
          cause,
        },
      );
    }
  }

  /** Adds all frames of a block. */
  add(block: Uint8Array): void {
    const parts: Uint8Array[] = [];
    const reader = new BlockReader(block);
    while (reader.next()) {
      if (reader.kind !== entryKinds.frame) continue;
      const frame = reader.bytes.subarray(reader.start, reader.end);
      const first = frame[0] ?? lf;
      const asLine = !(first >= zero && first <= nine) && !frame.includes(lf) && frame.at(-1) !== cr;
      if (asLine) parts.push(frame, Buffer.from('\n'));
      else parts.push(Buffer.from(`${frame.length} `), frame);
    }
    const bytes = Buffer.concat(parts);
    this.#writing = this.#writing.then(() => this.#write(bytes));
  }

  /** Begins the file anew under its name, after a rotation. */
  async reopen(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      try {
        const file = await openCapture(this.#path);
        await this.#file.close();
        this.#file = file;
      } catch (cause) {
        this.#log.error(`cannot reopen the capture ${this.#path}: ${messageOf(cause)}`);
      }
    });
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #write(bytes: Buffer): Promise<void> {
    try {
      for (let at = 0; at < bytes.length; ) at += (await this.#file.write(bytes, at)).bytesWritten;
    } catch (cause) {
      if (!this.#failed) this.#log.error(`cannot write the capture ${this.#path}: ${messageOf(cause)}; it has a gap`);
      this.#failed = true;
    }
  }
}

/** A capture that was begun without its header, by an older version, goes on without. */
const openCapture = async (path: string): Promise<FileHandle> => {
  const file = await open(path, 'a', 0o600);
  try {
    const stats = await file.stat();
    if (stats.size === 0) await file.write(captureHeader);
    return file;
  } catch (cause) {
    await file.close();
    throw cause;
  }
};
