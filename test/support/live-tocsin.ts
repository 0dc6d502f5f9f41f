import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { RunCounters } from '../../src/run/run-counters.js';
import { eventually, until } from './eventually.js';
import { type EventLine, eventsIn, messagesIn, wholeLines } from './json-lines.js';
import { gather, type ProgramOptions, programPath, surroundings } from './tocsin.js';

/** How a live program ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly tookMs: number;
}

/** An event set aside, and why. */
export interface DeadLetter {
  readonly listener: string;
  readonly reason: string;
  readonly event: EventLine;
}

/** The program receiving in a directory of its own (data, logs and stacks lie in it), as a child process. */
export class LiveTocsin {
  readonly dir: string;
  readonly #child: ChildProcess;
  readonly #stderr: { readonly text: () => string };
  readonly #ended: Promise<[number | null, NodeJS.Signals | null]>;

  private constructor(dir: string, child: ChildProcess) {
    this.dir = dir;
    this.#child = child;
    this.#stderr = gather(child.stderr);
    gather(child.stdout);
    this.#ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  }

  /** Starts `tocsin run` and resolves once it says that it is ready; rejects with all it said where it ends before. */
  static async start(dir: string, args: readonly string[], env: ProgramOptions['env'] = {}): Promise<LiveTocsin> {
    const child = spawn(process.execPath, [programPath, 'run', ...args], { cwd: dir, env: surroundings(env) });
    const live = new LiveTocsin(dir, child);
    try {
      await until('the program is ready', () => {
        if (live.over) throw new Error(`the program ended instead of becoming ready:\n${live.stderr}`);
        return /tocsin: ready[^]*\n {2}state in .*\n/u.test(live.stderr);
      });
    } catch (cause) {
      child.kill('SIGKILL');
      throw cause;
    }
    return live;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get over(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** All it has said so far. */
  get stderr(): string {
    return this.#stderr.text();
  }

  get stdin(): NodeJS.WritableStream {
    if (this.#child.stdin === null) throw new Error('the program has no standard input');
    return this.#child.stdin;
  }

  /** The port it listens at for this kind of input. */
  port(kind: 'udp' | 'tcp' | 'tls' | 'http'): number {
    const line = this.stderr.split('\n').find((said) => said.startsWith(`  listening on ${kind} `));
    const port = /:(\d+)\)?$/u.exec(line ?? '')?.[1];
    if (port === undefined) throw new Error(`no ${kind} port in:\n${this.stderr}`);
    return Number(port);
  }

  /** A file of its log directory. */
  log(name: string): string {
    return join(this.dir, 'logs', name);
  }

  events(name = 'events.jsonl'): EventLine[] {
    return eventsIn(this.log(name));
  }

  /** The whole lines of a file of its log directory. */
  lines(name: string): string[] {
    return wholeLines(this.log(name));
  }

  /** What listeners refused for good. */
  deadLetters(): DeadLetter[] {
    return wholeLines(join(this.dir, 'data', 'dead-letter.jsonl')).map((line) => JSON.parse(line) as DeadLetter);
  }

  messages(name = 'events.jsonl'): string[] {
    return messagesIn(this.log(name));
  }

  /** Resolves once so many messages have been told of. */
  async told(count: number, withinMs?: number): Promise<void> {
    await until(
      `${count} messages in ${this.log('events.jsonl')}`,
      () => this.messages().length >= count,
      withinMs,
    ).catch((cause: unknown) => {
      throw new Error(
        `${String(cause)}: ${this.messages().length} are there; the program said:\n${this.stderr.slice(-4000)}`,
      );
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Asks for all counters (SIGUSR2). */
  async counters(): Promise<RunCounters> {
    const before = this.stderr.length;
    this.signal('SIGUSR2');
    return eventually('counters after SIGUSR2', () => {
      const text = /^\{\n[^]*?^\}\n/mu.exec(this.stderr.slice(before))?.[0];
      return text === undefined ? undefined : (JSON.parse(text) as RunCounters);
    });
  }

  /** Resolves when counters fulfil a condition, with those counters. */
  counted(what: string, holds: (counters: RunCounters) => boolean): Promise<RunCounters> {
    return eventually(what, async () => {
      const counters = await this.counters();
      return holds(counters) ? counters : undefined;
    });
  }

  /** Resolves when the process has ended. */
  async ended(): Promise<Ended> {
    const began = performance.now();
    const [code, signal] = await this.#ended;
    return { code, signal, tookMs: performance.now() - began };
  }

  /** Sends a signal and resolves when the process has ended by it. */
  end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.signal(signal);
    return this.ended();
  }
}

/** Starts programs for the calling suite; what still runs after a test is killed. */
export const livePrograms = (): {
  readonly start: (dir: string, args: readonly string[], env?: ProgramOptions['env']) => Promise<LiveTocsin>;
} => {
  const started: LiveTocsin[] = [];
  afterEach(async () => {
    for (const live of started.splice(0)) if (!live.over) await live.end('SIGKILL');
  });
  return {
    start: async (dir, args, env) => {
      const live = await LiveTocsin.start(dir, args, env);
      started.push(live);
      return live;
    },
  };
};
