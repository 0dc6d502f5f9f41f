import { messageOf } from '../fault.js';
import { InputError } from '../inputs/input.js';
import { StoredFile, type StoredFileOptions } from '../inputs/stored-file.js';
import type { Log } from '../module.js';
import type { ResolvedStack } from '../stack/resolve.js';
import { DirectSink } from './direct-sink.js';
import { openReplayedCore, type ReplaySummary } from './replayed-core.js';

/** A file could not be read to its end; what had been read before was worked on and written. */
export class ReplayCutShort extends InputError {
  readonly summary: ReplaySummary;

  constructor(summary: ReplaySummary, cause: unknown) {
    super(messageOf(cause), { cause });
    this.summary = summary;
  }
}

/** What a replay is made of. */
export interface ReplayOptions {
  readonly stack: ResolvedStack;
  /** Read in this order. */
  readonly files: readonly Omit<StoredFileOptions, 'progress'>[];
  /** Directory for events.jsonl, the alarm files and audit/*.csv. */
  readonly out: string | undefined;
  readonly log: Log;
  readonly progress?: (bytes: number) => void;
  readonly watched?: { readonly limitMs: number | undefined };
}

const sayLosses = (file: StoredFile, log: Log): void => {
  const { truncated = 0, cut_bytes: cutBytes = 0 } = file.counters();
  if (truncated > 0)
    log.warn(`${file.name}: ${truncated} records were over --max-frame: ${cutBytes} bytes were cut off`);
};

/** Runs a stack over stored logs as fast as it can, on the logs' own clock. Asks no lookup source: what modules ask is counted, and said. @throws ReplayCutShort where a file cannot be read to its end; rejects where one cannot be opened or written. */
export const replay = async (options: ReplayOptions): Promise<ReplaySummary> => {
  const { stack, files, log, progress, out, watched } = options;
  const opened = await openReplayedCore({ stack, clock: 'record', out, log, watched });
  const { core, outputs, asked, summary } = opened;
  const sink = new DirectSink({ core, settled: () => outputs.settled, settle: () => outputs.settle() });
  let before = 0;
  let failure: { readonly cause: unknown } | undefined;
  for (const options of files) {
    let last = 0;
    const file = new StoredFile(sink, { ...options, progress: (bytes) => progress?.(before + (last = bytes)) });
    await file.start();
    try {
      await file.ended;
    } catch (cause) {
      failure = { cause };
    }
    sayLosses(file, log);
    before += last;
    if (failure !== undefined) break;
  }
  core.frontend.end(sink.lastSeq + 1);
  await outputs.close();
  if (asked() > 0) log.info(`${asked()} lookups were not made: a replay asks no source`);
  if (failure !== undefined) throw new ReplayCutShort(summary(), failure.cause);
  return summary();
};
