import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { type AtWork, nameOf, type Names } from '../frontend/at-work.js';

/** How a process ends whose module does not come back, or ends it. */
export const hangingExitCode = 70;

/** What the watching thread is started with. */
export interface ReplayWatchStart {
  readonly shared: SharedArrayBuffer;
  /** ms */
  readonly limitMs: number;
  readonly names: Names;
}

/** Watches a replay: a module that ends the process, or does not come back for so long, is named with the record it was at, and the exit code is 70. */
export class ReplayWatch {
  #names: Names;
  readonly #thread: Worker | undefined;

  /** `limitMs`: undefined where nothing is too long. */
  constructor(options: { readonly atWork: AtWork; readonly limitMs: number | undefined; readonly names: Names }) {
    const { atWork, limitMs, names } = options;
    this.#names = names;
    process.on('exit', () => this.#processExits(atWork));
    if (limitMs === undefined) return;
    const workerData: ReplayWatchStart = { shared: atWork.shared, limitMs, names };
    this.#thread = new Worker(new URL('./replay-watch-worker.js', import.meta.url), { workerData });
    this.#thread.unref();
  }

  /** Others are at work from here on. */
  rename(names: Names): void {
    this.#names = names;
    this.#thread?.postMessage(names);
  }

  #processExits(atWork: AtWork): void {
    const { seq, working } = atWork.look();
    if (working.kind !== 'module') return;
    writeSync(2, `tocsin: ${nameOf(working, this.#names)}, ${working.call}, ended the process at record ${seq}\n`);
    process.exitCode = hangingExitCode;
  }
}
