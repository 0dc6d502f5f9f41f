import { Writable } from 'node:stream';
import type { Log, Metrics } from 'tocsin';
import { RotatingFile, type RotatingFileOptions } from './rotating-file.js';

const newline = 0x0a;
const bufferedCharacters = 65_536;

const countLines = (bytes: Uint8Array): number => {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines += 1;
  return lines;
};

/**
 * Lines into a rotating file, with a bounded buffer. It never fails: lines that cannot be written are counted as
 * `file_lost`, which is said once, until a `retry` succeeds.
 */
export class RotatingStream extends Writable {
  readonly #options: RotatingFileOptions;
  readonly #log: Log;
  readonly #metrics: Metrics;
  #file: RotatingFile | undefined;
  #mayTry = true;
  #lost = 0;
  #torn = false;

  constructor(options: RotatingFileOptions, { log, metrics }: { readonly log: Log; readonly metrics: Metrics }) {
    super({ decodeStrings: false, highWaterMark: bufferedCharacters });
    this.#options = options;
    this.#log = log;
    this.#metrics = metrics;
  }

  /** Lets the next line try to open the file again after a failure. */
  retry(): void {
    this.#mayTry = true;
  }

  /** Closes the file; the next line opens it afresh. */
  async reopen(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  override _write(line: string, _encoding: BufferEncoding, done: () => void): void {
    this.#append(line, done);
  }

  override _writev(lines: readonly { readonly chunk: string }[], done: () => void): void {
    this.#append(lines.map(({ chunk }) => chunk).join(''), done);
  }

  override _final(done: (error?: Error) => void): void {
    this.reopen().then(() => done(), done);
  }

  #append(lines: string, done: () => void): void {
    const file = this.#open();
    if (file === undefined) {
      this.#lose(Buffer.from(lines));
      done();
      return;
    }
    // A failed write may have left half a line: it is ended first.
    const ending = this.#torn ? '\n' : '';
    file.write(ending + lines, (written, error) => {
      if (error === undefined) this.#succeeded();
      else {
        this.#torn = written > 0 || this.#torn;
        this.#failed(error);
        this.#lose(Buffer.from(lines).subarray(Math.max(0, written - ending.length)));
      }
      done();
    });
  }

  #open(): RotatingFile | undefined {
    if (this.#file !== undefined || !this.#mayTry) return this.#file;
    try {
      this.#file = new RotatingFile(this.#options, (error) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
    return this.#file;
  }

  #failed(error: unknown): void {
    this.#file = undefined;
    this.#mayTry = false;
    const reason = error instanceof Error ? error.message : String(error);
    if (this.#lost > 0) return;
    this.#log.error(
      `cannot write the log file ${this.#options.path}: ${reason}; lines for it are counted as file_lost until a file this user may write, on a disk with room, is there`,
    );
  }

  #succeeded(): void {
    this.#torn = false;
    if (this.#lost === 0) return;
    this.#log.info(`the log file ${this.#options.path} is written again; ${this.#lost} lines were lost`);
    this.#lost = 0;
  }

  #lose(lines: Uint8Array): void {
    const count = countLines(lines);
    this.#lost += count;
    this.#metrics.count('file_lost', count);
  }
}
