import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunCounters } from '../../src/run/run-counters.js';
import { eventually } from '../support/eventually.js';
import { programPath, surroundings } from '../support/tocsin.js';
import { pause } from './senders/sender.js';

const mostKept = 200_000;

/** The program as it is tortured: a child process that may die at any moment. What it says is in `said.log`, over all its lives. */
export class Victim {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #startedAt = performance.now();
  /** The end of what it said. */
  said = '';

  constructor(dir: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, [programPath, 'run', ...args], {
      cwd: dir,
      env: surroundings(env),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const log = join(dir, 'said.log');
    appendFileSync(log, `== ${new Date().toISOString()} started\n`);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      appendFileSync(log, text);
      this.said = (this.said + text).slice(-mostKept);
    });
    this.#ended = once(this.#child, 'close').then(() =>
      appendFileSync(log, `== ${new Date().toISOString()} ended by ${String(this.end)}\n`),
    );
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get over(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** How it ended: the exit code, or the signal. */
  get end(): number | NodeJS.Signals | null {
    return this.#child.signalCode ?? this.#child.exitCode;
  }

  /** Resolves once it receives; false where it ended before. */
  async ready(): Promise<boolean> {
    await eventually('the program is ready', () => this.over || /\n {2}state in .*\n/u.test(this.said) || undefined);
    return !this.over;
  }

  /** Resolves so long after it was started, or when it has ended. */
  async age(ms: number): Promise<void> {
    await this.within(ms - (performance.now() - this.#startedAt));
  }

  /** Resolves after so long, or when it has ended. */
  async within(ms: number): Promise<void> {
    await Promise.race([pause(Math.max(0, ms)), this.#ended]);
  }

  /** Sends a signal to it, if it still runs. */
  signal(name: NodeJS.Signals): void {
    if (!this.over) this.#child.kill(name);
  }

  /** Resolves when it has ended and all it said is here. */
  async ended(): Promise<void> {
    await this.#ended;
  }

  /** All counters (SIGUSR2). */
  async counters(): Promise<RunCounters> {
    this.said = '';
    this.signal('SIGUSR2');
    return eventually('counters after SIGUSR2', () => {
      if (this.over) throw new Error(`the program ended instead of telling its counters:\n${this.said.slice(-4000)}`);
      const text = /^\{\n[^]*?^\}\n/mu.exec(this.said)?.[0];
      return text === undefined ? undefined : (JSON.parse(text) as RunCounters);
    });
  }
}
