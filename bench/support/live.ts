import { type ChildProcess, spawn } from 'node:child_process';
import { ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Counters as SIGUSR2 prints them, as far as benchmarks read them. */
export interface LiveCounters {
  readonly io: { readonly frames: number; readonly inputs: readonly { readonly counters: Record<string, number> }[] };
  readonly core: { readonly records: number; readonly events: number };
  readonly listeners: readonly { readonly name: string; readonly lag: number }[];
}

/** The built program, live, in a directory of its own. */
export class Live {
  readonly dir: string;
  readonly #child: ChildProcess;
  readonly #file: number;

  /** `dir`: one of another run, to go on in. */
  constructor(args: readonly string[], dir = mkdtempSync(join(tmpdir(), 'tocsin-bench-'))) {
    this.dir = dir;
    const program = join(import.meta.dirname, '../../bin/tocsin.js');
    this.#file = openSync(join(this.dir, 'stderr'), 'a+');
    this.#child = spawn(process.execPath, [program, 'run', ...args], {
      cwd: this.dir,
      stdio: ['ignore', 'ignore', this.#file],
    });
  }

  /** The port it listens at, once it does. */
  async port(kind: 'udp' | 'tcp' | 'http'): Promise<number> {
    const found = await this.#until(() => new RegExp(`listening on ${kind} .*?:(\\d+)`, 'u').exec(this.said)?.[1]);
    return Number(found);
  }

  /** Resolves once all inputs receive, and the core has told of itself. */
  async ready(): Promise<void> {
    await this.#until(() => /^ {2}state in /mu.exec(this.said)?.[0]);
    while (!('core' in (await this.counters()))) await pause(100);
  }

  async counters(): Promise<LiveCounters> {
    ftruncateSync(this.#file);
    this.#child.kill('SIGUSR2');
    const text = await this.#until(() => /^\{\n[\s\S]*?^\}$/mu.exec(this.said)?.[0]);
    return JSON.parse(text) as LiveCounters;
  }

  /** Counters once they say what is waited for, or nothing has moved for five seconds. */
  async settled(done: (counters: LiveCounters) => boolean): Promise<LiveCounters> {
    let before = '';
    let still = 0;
    for (;;) {
      const counters = await this.counters();
      const now = JSON.stringify([counters.io.frames, counters.core.records]);
      still = now === before ? still + 1 : 0;
      if (done(counters) || still > 20) return counters;
      before = now;
      await pause(250);
    }
  }

  /** CPU seconds used so far, and resident memory in MB. */
  usage(): { readonly cpuSeconds: number; readonly residentMb: number } {
    const stat = readFileSync(`/proc/${String(this.#child.pid)}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
      residentMb: Math.round((Number(fields[21]) * 4096) / 1e6),
    };
  }

  /** What it said last, for when something went wrong. */
  get said(): string {
    return readFileSync(join(this.dir, 'stderr'), 'utf8');
  }

  /** Ends it; its directory stays where it is to be gone on in. */
  async stop({ keep = false } = {}): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await exited;
    if (!keep) rmSync(this.dir, { recursive: true, force: true });
  }

  async #until(find: () => string | undefined): Promise<string> {
    for (let tries = 0; tries < 600; tries += 1) {
      const found = find();
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null) break;
      await pause(50);
    }
    throw new Error(`the program did not say what was waited for:\n${this.said.slice(-5000)}`);
  }
}

/** Waits. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
