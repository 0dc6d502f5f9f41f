import { DeliveryError } from '../listener.js';
import type { Log, Metrics } from '../module.js';
import { type AppendFiles, realFiles, statIfThere } from './append-files.js';
import type { OpenFile } from './open-file.js';
import { type OpenOptions, openForAppend } from './open-for-append.js';

const newline = 0x0a;
const defaultMode = 0o640;
const defaultBatchBytes = 262_144;

/** Where to append, and whom to tell. */
export interface AppendFileOptions {
  readonly path: string;
  readonly log: Log;
  /** Counts `lines`, `bytes`, `reopened`, `torn_bytes`, `moved_aside`. */
  readonly metrics: Metrics;
  /** One line, without its newline, that every new file begins with. */
  readonly header?: string;
  /** Permissions of a new file; 0640. */
  readonly mode?: number;
  /** Bytes held before `add` writes; 256 KiB. */
  readonly batchBytes?: number;
  /** The file system; the real one. */
  readonly files?: AppendFiles;
}

const countLines = (bytes: Uint8Array): number => {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines += 1;
  return lines;
};

/**
 * A file that only grows, by whole lines, each written once. Before each write it looks whether its path still leads to
 * it, and begins a new file where it was renamed or deleted. What cannot be written is kept, at most a batch and a line.
 * Calls come one at a time.
 */
export class AppendFile {
  readonly #options: OpenOptions;
  readonly #batchBytes: number;
  #file: OpenFile | undefined;
  #lines: string[] = [];
  #lineBytes = 0;
  #rest: Uint8Array = new Uint8Array(0);
  #heldLines = 0;

  constructor(options: AppendFileOptions) {
    const { path, header, mode = defaultMode, files = realFiles, log, metrics } = options;
    const headerLine = header === undefined ? undefined : Buffer.from(`${header}\n`);
    this.#options = { path, header: headerLine, mode, files, log, metrics };
    this.#batchBytes = options.batchBytes ?? defaultBatchBytes;
  }

  /** Lines taken and not written yet. */
  get heldLines(): number {
    return this.#heldLines;
  }

  /** Where the file's last whole line ends, in bytes; undefined while it is not open. */
  get end(): number | undefined {
    return this.#file?.end;
  }

  /**
   * Takes one line, without its newline; a full batch is written first.
   * @throws DeliveryError (retryable) where that fails: then this line has not been taken.
   */
  add(line: string): void | Promise<void> {
    if (line.includes('\n')) throw new RangeError(`a line for ${this.#options.path} contains a newline`);
    if (this.#lineBytes + this.#rest.length < this.#batchBytes) {
      this.#take(line);
      return undefined;
    }
    return this.flush().then(() => this.#take(line));
  }

  /**
   * Writes all lines taken, opening the file where need be.
   * @throws DeliveryError (retryable); what was not written is kept for the next time, from the first line not whole.
   */
  async flush(): Promise<void> {
    try {
      const file = await this.#currentFile();
      const { header } = this.#options;
      if (header !== undefined && file.end === 0) await this.#appendHeader(file, header);
      await this.#appendHeld(file);
    } catch (cause) {
      throw this.#failure(cause);
    }
  }

  /** Lets go of the file, opens its path afresh and writes what is held. @throws DeliveryError as `flush` does */
  async reopen(): Promise<void> {
    await this.#letGo();
    await this.flush();
  }

  /** Writes what is held and lets go of the file. @throws DeliveryError where lines were lost, saying how many. */
  async close(): Promise<void> {
    try {
      if (this.#heldLines > 0) await this.flush();
    } finally {
      await this.#letGo();
    }
  }

  #take(line: string): void {
    this.#lines.push(line);
    this.#lineBytes += Buffer.byteLength(line) + 1;
    this.#heldLines += 1;
  }

  async #currentFile(): Promise<OpenFile> {
    const { path, files, metrics } = this.#options;
    if (this.#file !== undefined) {
      const facts = await statIfThere(files, path);
      if (facts !== undefined && this.#file.is(facts)) {
        await this.#file.resume(facts.size);
        return this.#file;
      }
      await this.#letGo();
      metrics.count('reopened');
    }
    this.#file = await openForAppend(this.#options);
    return this.#file;
  }

  async #appendHeader(file: OpenFile, header: Uint8Array): Promise<void> {
    const { error } = await file.append(header);
    if (error !== undefined) throw error;
  }

  async #appendHeld(file: OpenFile): Promise<void> {
    if (this.#lines.length > 0) {
      const added = Buffer.from(`${this.#lines.join('\n')}\n`);
      this.#rest = this.#rest.length === 0 ? added : Buffer.concat([this.#rest, added]);
      this.#lines = [];
      this.#lineBytes = 0;
    }
    if (this.#rest.length === 0) return;
    const { whole, error } = await file.append(this.#rest);
    const lines = countLines(this.#rest.subarray(0, whole));
    this.#rest = this.#rest.subarray(whole);
    this.#heldLines -= lines;
    this.#options.metrics.count('lines', lines);
    this.#options.metrics.count('bytes', whole);
    if (error !== undefined) throw error;
  }

  async #letGo(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    try {
      await file?.close();
    } catch (error) {
      this.#options.log.warn(`cannot close ${this.#options.path}: ${String(error)}; its last line may be torn`);
    }
  }

  #failure(cause: unknown): DeliveryError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new DeliveryError(
      `cannot append ${this.#heldLines} lines to ${this.#options.path}: ${reason}; a regular file this user may write, on a disk with room, would be right`,
      { retryable: true, cause },
    );
  }
}
