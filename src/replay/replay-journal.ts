import { join } from 'node:path';
import { noVerdicts, type Verdicts } from '../frontend/verdicts.js';
import { realFiles } from '../journal/file-layer.js';
import { storedBlocks, type StoredGap, type StoredSegment } from '../journal/stored-journal.js';
import type { Log } from '../module.js';
import { readPoisonRecord } from '../run/poison-record.js';
import type { ResolvedStack } from '../stack/resolve.js';
import { openReplayedCore, type ReplaySummary } from './replayed-core.js';
import { SelectedEntries, type Span } from './selected-entries.js';

/** What a replay of a run's journal is made of. */
export interface JournalReplayOptions {
  readonly stack: ResolvedStack;
  /** The run's data directory; nothing in it is changed or locked. */
  readonly dataDir: string;
  /** By time of receipt. */
  readonly span: Span;
  /** Directory for events.jsonl, the alarm files and audit/*.csv. */
  readonly out: string | undefined;
  readonly log: Log;
  /** Bytes of blocks worked on so far. */
  readonly progress?: (bytes: number) => void;
}

/** What a replay of a journal did. */
export interface JournalReplaySummary extends ReplaySummary {
  readonly journal: {
    /** Entries given to the core: frames, clock, positions, lookup results. */
    readonly entries: number;
    /** Entries that are not there, or cannot be read. */
    readonly missing: number;
    readonly damaged: number;
  };
}

/**
 * Gives again what a run gave, from its archive and live segments, on the time of receipt, as the live core: with nothing
 * at first, and no network (answers to lookups are in the journal). Rejects where nothing can be read or written.
 */
export const replayJournal = async (options: JournalReplayOptions): Promise<JournalReplaySummary> => {
  const { stack, span, log, progress } = options;
  const dir = join(options.dataDir, 'journal');
  const verdicts = await verdictsIn(options.dataDir, log);
  const { core, outputs, summary } = await openReplayedCore({
    stack,
    clock: 'receipt',
    out: options.out,
    log,
    verdicts,
  });
  const found = { entries: 0, missing: 0, damaged: 0 };
  const time = { last: 0 };
  let bytes = 0;
  const blocks = storedBlocks({
    fs: realFiles,
    dir,
    wanted: (segment) => mayHold(segment, span),
    onGap: (gap) => sayGap(gap, found, log),
  });
  for await (const block of blocks) {
    const entries = new SelectedEntries(block, { span, time });
    core.frontend.block(entries);
    found.entries += entries.selected;
    if (!outputs.settled) await outputs.settle();
    progress?.((bytes += block.length));
  }
  await outputs.close();
  return { ...summary(), journal: found };
};

const verdictsIn = async (dataDir: string, log: Log): Promise<Verdicts> => {
  const record = await readPoisonRecord(join(dataDir, 'poison.json'));
  if (!('damage' in record)) return record;
  log.warn(`poison.json is damaged (${record.damage}): what the run set aside is worked on`);
  return noVerdicts;
};

const mayHold = ({ times }: StoredSegment, { since, until }: Span): boolean =>
  times === undefined || (times.to >= since && times.from < until);

const sayGap = (gap: StoredGap, found: { missing: number; damaged: number }, log: Log): void => {
  if (gap.kind === 'unfinished') {
    log.warn(`the journal goes on behind its last sound block: ${gap.where}; a write under way, or damage`);
    return;
  }
  const { kind, firstSeq, lastSeq, where } = gap;
  found[kind] += lastSeq - firstSeq + 1;
  if (firstSeq === 1 && kind === 'missing') {
    log.warn(`the journal begins with entry ${lastSeq + 1}: what came before was not kept (--keep of run keeps it)`);
  } else log.warn(`entries ${firstSeq} to ${lastSeq} are ${kind}, and passed over: behind ${where}`);
};
