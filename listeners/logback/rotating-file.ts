import { close, open, write } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import DailyRotateFile from 'winston-daily-rotate-file';

/** Where the log file is and how it rotates. */
export interface RotatingFileOptions {
  /** `%DATE%` in it becomes the date (UTC); without, the date is added at its end. */
  readonly path: string;
  /** moment.js pattern; a new file begins whenever what it gives changes. */
  readonly datePattern: string;
  /** A new file begins past this size, such as `50m`. */
  readonly maxSize: string;
  /** How many files are kept, or for how long, such as `14d`. */
  readonly maxFiles: number | string;
}

/** How a write ended: without an error all is in the file, with one the first `written` bytes are. */
export type Written = (written: number, error?: Error) => void;

type WriteDone = (error: Error | null, count: number, bytes: Buffer) => void;

const message = Symbol.for('message');

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/**
 * winston-daily-rotate-file, made to say what became of each write. By itself it ignores a full stream, lets a failure
 * to open or write end the process, and tells nobody when bytes have reached the file: so its `fs` and its errors are watched.
 */
export class RotatingFile {
  readonly #file: DailyRotateFile;
  readonly #failed: (error: Error) => void;
  #size = 0;
  #written = 0;
  #done: Written | undefined;

  /** `failed` is told of failures outside a write; the file is of no use after one. @throws the system's error where its directory cannot be made */
  constructor({ path, datePattern, maxSize, maxFiles }: RotatingFileOptions, failed: (error: Error) => void) {
    this.#failed = failed;
    this.#file = new DailyRotateFile({
      filename: path,
      datePattern,
      maxSize,
      maxFiles,
      utc: true,
      eol: '',
      auditFile: join(dirname(path), `.${basename(path).replaceAll('%DATE%', 'date')}.files.json`),
      options: { flags: 'a', mode: 0o640, fs: { open, close, write: this.#watchedWrite } },
    });
    this.#file.logStream.on('error', this.#fail);
    this.#file.on('error', this.#fail);
  }

  /** Writes text, not empty. One call at a time. */
  write(text: string, done: Written): void {
    this.#size = Buffer.byteLength(text);
    this.#written = 0;
    this.#done = done;
    try {
      this.#file.log?.({ [message]: text }, () => undefined);
    } catch (thrown) {
      this.#fail(asError(thrown));
    }
  }

  /** Resolves once the file is closed. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#file.logStream.once('close', resolve);
      this.#file.close?.();
    });
  }

  readonly #watchedWrite = (...[fd, bytes, offset, length, at, done]: WriteArguments): void => {
    write(fd, bytes, offset, length, at, (error, count) => {
      done(error, count, bytes);
      if (error !== null) return;
      this.#written += count;
      if (this.#written === this.#size) this.#settle();
    });
  };

  readonly #fail = (error: Error): void => {
    if (this.#done === undefined) this.#failed(error);
    else this.#settle(error);
  };

  #settle(error?: Error): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(this.#written, error);
  }
}

type WriteArguments = [fd: number, bytes: Buffer, offset: number, length: number, at: number | null, done: WriteDone];
