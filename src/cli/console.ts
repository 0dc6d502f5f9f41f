import { Writable } from 'node:stream';
import { escapeControls } from '../escape.js';
import type { Log } from '../module.js';

/** The error stream, shared by messages and the live line: a message first takes the live line away. */
export class Console extends Writable {
  readonly #out: NodeJS.WriteStream;
  #line = '';

  constructor(out: NodeJS.WriteStream) {
    super();
    this.#out = out;
  }

  get isTerminal(): boolean {
    return this.#out.isTTY;
  }

  /** Shows a line that stays at the bottom; only on a terminal. */
  live(line: string): void {
    if (!this.isTerminal) return;
    this.#out.write(`\r\u001b[K${line.slice(0, Math.max(20, this.#out.columns - 1))}`);
    this.#line = line;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#line !== '') this.#out.write('\r\u001b[K');
    const line = this.#line;
    this.#out.write(chunk, (error) => {
      if (line !== '' && chunk.at(-1) === 10) this.live(line);
      done(error);
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
