import { messageOf } from '../fault.js';
import { DeliveryError } from '../listener.js';
import type { Log, Metrics } from '../module.js';
import { type AppendFiles, realFiles, statIfThere } from './append-files.js';
import type { FilePlace, FilePlaces, PlacedFile } from './file-places.js';
import { HeldLines } from './held-lines.js';
import type { OpenFile } from './open-file.js';
import { type OpenOptions, openForAppend } from './open-for-append.js';
import { Written } from './written.js';

const defaultMode = 0o640;
const defaultBatchBytes = 262_144;

/** Where to append, and whom to tell. */
export interface AppendFileOptions {
  readonly path: string;
  readonly log: Log;
  /** Counts `lines`, `bytes`, `reopened`, `torn_bytes`, `moved_aside`, `sync_failed`; with places, `already_written` and `place_lost`. */
  readonly metrics: Metrics;
  /** A listener's context has them: with them no line is written twice, also after the process was killed. */
  readonly places?: FilePlaces | undefined;
  /** One line, without its newline, that every new file begins with. */
  readonly header?: string;
  /** Permissions of a new file; 0640. */
  readonly mode?: number;
  /** Bytes held before `add` writes; 256 KiB. */
  readonly batchBytes?: number;
  /** The file system; the real one. */
  readonly files?: AppendFiles;
}

/**
 * A file that only grows, by whole lines, each written once. Before each write it looks whether its path still leads to
 * it, and begins a new file where it was renamed or deleted. What cannot be written is kept, at most a batch and a line.
 * Calls come one at a time.
 */
export class AppendFile implements PlacedFile {
  readonly #options: OpenOptions;
  readonly #batchBytes: number;
  readonly #places: FilePlaces | undefined;
  readonly #held = new HeldLines();
  #file: OpenFile | undefined;
  #written: Written | undefined;
  #syncFails = false;

  constructor(options: AppendFileOptions) {
    const { path, header, mode = defaultMode, files = realFiles, log, metrics } = options;
    const headerLine = header === undefined ? undefined : Buffer.from(`${header}\n`);
    this.#options = { path, header: headerLine, mode, files, log, metrics };
    this.#places = options.places;
    this.#batchBytes = options.batchBytes ?? defaultBatchBytes;
  }

  /** Lines taken and not written yet. */
  get heldLines(): number {
    return this.#held.count;
  }

  /** Where the file's last whole line ends, in bytes; undefined while it is not open. */
  get end(): number | undefined {
    return this.#file?.end;
  }

  /** As FilePlaces asks for it. */
  place(): FilePlace | undefined {
    return this.#written?.place(this.#file, this.#held);
  }

  /** As FilePlaces asks for it. */
  async sync(): Promise<void> {
    const { path, log, metrics } = this.#options;
    try {
      await this.#file?.sync();
      this.#syncFails = false;
    } catch (cause) {
      metrics.count('sync_failed');
      if (this.#syncFails) return;
      this.#syncFails = true;
      log.error(
        `the last lines of ${path} may not survive a loss of power: they cannot be synced: ${messageOf(cause)}`,
      );
    }
  }

  /**
   * Takes one line, without its newline; a full batch is written first.
   * @throws DeliveryError (retryable) where that fails: then this line has not been taken.
   */
  add(line: string): void | Promise<void> {
    if (line.includes('\n')) throw new RangeError(`a line for ${this.#options.path} contains a newline`);
    if (this.#placed()?.hasLine() === true) return undefined;
    if (this.#held.bytes < this.#batchBytes) {
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
      await this.#placed()?.goOnIn(file, this.#held);
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

  /**
   * Drops the lines that are not written, and gives how many: their events come again, with those before them (see
   * `Listener.forget`). Only with places: they tell what was written of them. Not during another call.
   */
  forget(): number {
    const { count } = this.#held;
    this.#held.clear();
    this.#written?.again();
    return count;
  }

  /** Writes what is held and lets go of the file. @throws DeliveryError where lines were lost, saying how many. */
  async close(): Promise<void> {
    try {
      if (this.#held.count > 0) await this.flush();
    } finally {
      const place = this.place();
      await this.#letGo();
      await this.#unplace(place);
    }
  }

  #take(line: string): void {
    this.#held.add(line, this.#places?.event ?? 0);
  }

  #placed(): Written | undefined {
    if (this.#places === undefined) return undefined;
    this.#written ??= new Written(this.#places, this.#places.open(this.#options.path, this), this.#options);
    return this.#written;
  }

  async #unplace(place: FilePlace | undefined): Promise<void> {
    if (this.#written === undefined) return;
    this.#places?.close(this.#options.path, place);
    await this.#written.close();
    this.#written = undefined;
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
    const lines = this.#held.joined();
    if (lines.length === 0) return;
    const { whole, error } = await file.append(lines);
    const events = this.#held.drop(whole);
    this.#written?.appended(file, whole, events);
    this.#options.metrics.count('lines', events.length);
    this.#options.metrics.count('bytes', whole);
    if (error !== undefined) throw error;
  }

  async #letGo(): Promise<void> {
    const file = this.#file;
    // What the place says of it must hold when it is out of reach.
    if (this.#places !== undefined) await this.sync();
    this.#file = undefined;
    try {
      await file?.close();
    } catch (error) {
      this.#options.log.warn(`cannot close ${this.#options.path}: ${String(error)}; its last line may be torn`);
    }
  }

  #failure(cause: unknown): DeliveryError {
    return new DeliveryError(
      `cannot append ${this.#held.count} lines to ${this.#options.path}: ${messageOf(cause)}; a regular file this user may write, on a disk with room, would be right`,
      { retryable: true, cause },
    );
  }
}
