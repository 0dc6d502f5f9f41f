import { messageOf } from '../fault.js';
import type { Log } from '../module.js';
import type { RunCounters } from '../run/run-counters.js';

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

/**
 * While a run starts: SIGHUP and SIGUSR2, which would end the process, are kept until `release`, which gives them to the
 * listeners there are by then; SIGTERM and SIGINT end it at once.
 */
export const holdSignals = (): { readonly release: () => void } => {
  const kept = new Set<NodeJS.Signals>();
  const keep = (signal: NodeJS.Signals): void => void kept.add(signal);
  const end = (signal: keyof typeof endedBySignal): void => process.exit(endedBySignal[signal]);
  process.on('SIGHUP', keep).on('SIGUSR2', keep).on('SIGTERM', end).on('SIGINT', end);
  return {
    release: () => {
      process.off('SIGHUP', keep).off('SIGUSR2', keep).off('SIGTERM', end).off('SIGINT', end);
      for (const signal of kept) process.emit(signal);
    },
  };
};

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
