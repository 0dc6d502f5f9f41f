import { Writable } from 'node:stream';
import type { ListenerContext, Log, Metrics } from 'tocsin';

/** Counters and messages, remembered. */
export interface Recorded {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly counts: Map<string, number>;
  readonly said: string[];
}

export const record = (): Recorded => {
  const counts = new Map<string, number>();
  const said: string[] = [];
  const say = (level: string) => (message: string) => void said.push(`${level}: ${message}`);
  return {
    counts,
    said,
    log: { info: say('info'), warn: say('warn'), error: say('error') },
    metrics: {
      count: (name, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by),
      gauge: (name, value) => void counts.set(name, value),
    },
  };
};

/** A console that can be held up, fail, and be read back. */
export class TestConsole extends Writable {
  written = '';
  #held: (() => void) | undefined;
  #hold = false;
  failure: Error | undefined;

  hold(): void {
    this.#hold = true;
  }

  release(): void {
    this.#hold = false;
    const go = this.#held;
    this.#held = undefined;
    go?.();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    const write = (): void => {
      if (this.failure === undefined) this.written += chunk.toString();
      done(this.failure);
    };
    if (this.#hold) this.#held = write;
    else write();
  }
}

export interface TestContext extends ListenerContext, Recorded {
  readonly console: TestConsole;
}

export const listenerContext = (logDir: string, name = 'under-test'): TestContext => ({
  name,
  logDir,
  console: new TestConsole(),
  ...record(),
});
