import { checkStorable } from '../dispatch/stored-event.js';
import { createCore } from '../frontend/core.js';
import type { Event } from '../events/event.js';
import { StoredFile, type StoredFileOptions } from '../inputs/stored-file.js';
import type { Log } from '../module.js';
import type { ResolvedStack } from '../stack/resolve.js';
import { DirectSink } from './direct-sink.js';
import { ReplayOutputs } from './outputs.js';

/** What a replay is made of. */
export interface ReplayOptions {
  readonly stack: ResolvedStack;
  /** Read in this order. */
  readonly files: readonly Omit<StoredFileOptions, 'progress'>[];
  /** Directory for events.jsonl, the alarm files and audit/*.csv. */
  readonly out: string | undefined;
  readonly log: Log;
  readonly progress?: (bytes: number) => void;
}

/** What a replay did (cli.md). */
export interface ReplaySummary {
  readonly records: number;
  readonly faults: number;
  /** Events by class. */
  readonly events: Readonly<Record<string, number>>;
  readonly alarms: number;
  readonly normalized: number;
  readonly seconds: number;
  readonly recordsPerSecond: number;
}

const sayLosses = (file: StoredFile, log: Log): void => {
  const { truncated = 0, cut_bytes: cutBytes = 0 } = file.counters();
  if (truncated > 0)
    log.warn(`${file.name}: ${truncated} records were over --max-frame: ${cutBytes} bytes were cut off`);
};

/** Runs a stack over stored logs as fast as it can, on the logs' own clock. Asks no lookup source: what modules ask is counted, and said. Rejects where a file cannot be read or written. */
export const replay = async (options: ReplayOptions): Promise<ReplaySummary> => {
  const { stack, files, log, progress } = options;
  const events = new Map<string, number>();
  const outputs = await ReplayOutputs.open(options.out, log);
  const event = (noticed: Event): void => {
    checkStorable(noticed);
    const { name, quiet } = noticed.class;
    if (quiet !== true) events.set(name, (events.get(name) ?? 0) + 1);
    outputs.take(noticed);
  };
  let lookups = 0;
  const core = await createCore({
    stack,
    clock: 'record',
    checkpoints: false,
    log,
    event,
    lookup: () => {
      lookups += 1;
    },
  });
  const sink = new DirectSink({ core, settled: () => outputs.settled, settle: () => outputs.settle() });
  const began = performance.now();
  let before = 0;
  for (const options of files) {
    let last = 0;
    const file = new StoredFile(sink, { ...options, progress: (bytes) => progress?.(before + (last = bytes)) });
    await file.start();
    await file.ended;
    sayLosses(file, log);
    before += last;
  }
  core.frontend.end(sink.lastSeq + 1);
  await outputs.close();
  if (lookups > 0) log.info(`${lookups} lookups were not made: a replay asks no source`);
  const seconds = (performance.now() - began) / 1000;
  const { records, faults, normalized } = core.frontend.counters;
  return {
    records,
    faults,
    events: Object.fromEntries([...events].sort(([a], [b]) => (a < b ? -1 : 1))),
    alarms: core.moduleCounters.get('dsiem')?.get('alarms') ?? 0,
    normalized,
    seconds: Math.round(seconds * 1000) / 1000,
    recordsPerSecond: Math.round(records / Math.max(seconds, 0.001)),
  };
};
