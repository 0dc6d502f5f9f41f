import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { escapeControls } from '../escape.js';
import type { Log } from '../module.js';

const lastWordsMs = 500;
const stderrFd = 2;

/** On a pipe, `process.stderr` would block the whole thread while nobody reads: there, writes wait outside it. */
const errorStream = (): NodeJS.WritableStream => {
  const stat = fstatSync(stderrFd);
  if (!stat.isFIFO() && !stat.isSocket()) return process.stderr;
  return new Socket({ fd: stderrFd, readable: false, writable: true });
};

/** The error stream, shared by messages and the live line: a message first takes the live line away. */
export class Console extends Writable {
  readonly #out: NodeJS.WritableStream;
  #line = '';
  #broken = false;

  constructor() {
    super();
    this.#out = errorStream();
    // Nobody reads any more (EPIPE): what is shown is lost, what is done is not.
    this.#out.on('error', () => {
      this.#broken = true;
    });
  }

  get isTerminal(): boolean {
    return process.stderr.isTTY;
  }

  /** Shows a line that stays at the bottom; only on a terminal. */
  live(line: string): void {
    if (!this.isTerminal) return;
    this.#out.write(`\r\u001b[K${line.slice(0, Math.max(20, process.stderr.columns - 1))}`);
    this.#line = line;
  }

  /** Resolves when everything written has been taken, or nobody takes it. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, lastWordsMs).unref();
      this.write('', () => resolve());
    });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#broken) {
      done();
      return;
    }
    if (this.#line !== '') this.#out.write('\r\u001b[K');
    const line = this.#line;
    this.#out.write(chunk, () => {
      if (line !== '' && chunk.at(-1) === 10) this.live(line);
      done();
    });
  }
}

/** The program's own messages: one line each, nothing in them can reach the terminal unescaped. */
export const consoleLog = (out: NodeJS.WritableStream): Log => {
  const say = (level: string) => (message: string) => {
    for (const line of message.split('\n')) out.write(`tocsin: ${level}${escapeControls(line)}\n`);
  };
  return { info: say(''), warn: say('warning: '), error: say('error: ') };
};
