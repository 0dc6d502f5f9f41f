import { messageOf } from '../fault.js';
import type { Log } from '../module.js';
import type { RunCounters } from '../run/runtime.js';

/** What signals do to a run (cli.md). */
export interface SignalActions {
  /** SIGTERM, SIGINT: a clean stop; the second of them ends at once. */
  readonly stop: (signal: string) => void;
  /** SIGHUP */
  readonly reload: () => Promise<void>;
  /** SIGUSR2 */
  readonly counters: () => RunCounters;
  readonly log: Log;
  /** Where counters are printed. */
  readonly out: NodeJS.WritableStream;
}

const endedBySignal = { SIGINT: 130, SIGTERM: 143 } as const;

/** Listens to signals for the rest of the process's life. */
export const handleSignals = ({ stop, reload, counters, log, out }: SignalActions): void => {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(endedBySignal[signal]);
      stopping = true;
      stop(signal);
    });
  }
  let reloading = Promise.resolve();
  process.on('SIGHUP', () => {
    reloading = reloading.then(reload).catch((cause: unknown) => log.error(`SIGHUP: ${messageOf(cause)}`));
  });
  process.on('SIGUSR2', () => out.write(`${JSON.stringify(counters(), null, 2)}\n`));
};
