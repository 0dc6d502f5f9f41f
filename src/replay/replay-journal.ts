import { join } from 'node:path';
import { messageOf } from '../fault.js';
import { noVerdicts, type Verdicts } from '../frontend/verdicts.js';
import { ReplayedGenerations } from '../generations/replayed-generations.js';
import { realFiles } from '../journal/file-layer.js';
import { storedBlocks, type StoredGap, type StoredSegment } from '../journal/stored-journal.js';
import type { Log } from '../module.js';
import { readPoisonRecord } from '../run/poison-record.js';
import type { CoreStack } from '../stack/resolve.js';
import { openReplayedCore, type ReplayedCore, type ReplaySummary } from './replayed-core.js';
import { SelectedEntries, type Span } from './selected-entries.js';

/** What a replay of a run's journal is made of. */
export interface JournalReplayOptions {
  /** What works on entries that came under no known configuration; with `stackAlone`, on all. */
  readonly stack: CoreStack;
  readonly stackAlone: boolean;
  /** For users' code in the form in which this process imports it. */
  readonly cacheDir: string;
  /** The run's data directory; nothing in it is changed or locked. */
  readonly dataDir: string;
  /** By time of receipt. */
  readonly span: Span;
  /** Directory for events.jsonl, the alarm files and audit/*.csv. */
  readonly out: string | undefined;
  readonly log: Log;
  /** Bytes of blocks worked on so far. */
  readonly progress?: (bytes: number) => void;
  readonly watched?: { readonly limitMs: number | undefined } | undefined;
}

/** What a replay of a journal did. */
export interface JournalReplaySummary extends ReplaySummary {
  readonly journal: {
    /** Entries given to the core: frames, clock, positions, lookup results. */
    readonly entries: number;
    /** Entries from before what was kept. */
    readonly not_kept: number;
    /** Entries behind those that are not there, or cannot be read. */
    readonly missing: number;
    readonly damaged: number;
    /** Configurations that are lost or cannot run: what came under them was worked on under the one before. */
    readonly unusable_configurations: number;
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
  const openCore = (under: CoreStack): Promise<ReplayedCore> =>
    openReplayedCore({ stack: under, clock: 'receipt', out: options.out, log, verdicts, watched: options.watched });
  const generations = options.stackAlone ? undefined : await ReplayedGenerations.open(options);
  const found = { entries: 0, not_kept: 0, missing: 0, damaged: 0 };
  const time = { last: 0 };
  let bytes = 0;
  let replayed: ReplayedCore | undefined;
  const blocks = storedBlocks({
    fs: realFiles,
    dir,
    wanted: (segment) => mayHold(segment, span),
    onGap: (gap) => sayGap(gap, found, log),
  });
  for await (const block of blocks) {
    const other = await generations?.before(block);
    try {
      if (replayed === undefined) replayed = await openCore(other?.stack ?? stack);
      else if (other !== undefined) await replayed.goOnUnder(other);
    } catch (cause) {
      if (other === undefined) throw cause;
      generations?.refuse(messageOf(cause));
      replayed ??= await openCore(stack);
    }
    const entries = new SelectedEntries(block, { span, time });
    replayed.core.frontend.block(entries);
    found.entries += entries.selected;
    if (!replayed.outputs.settled) await replayed.outputs.settle();
    progress?.((bytes += block.length));
  }
  replayed ??= await openCore(stack);
  await replayed.outputs.close();
  return { ...replayed.summary(), journal: { ...found, unusable_configurations: generations?.unusable.size ?? 0 } };
};

const verdictsIn = async (dataDir: string, log: Log): Promise<Verdicts> => {
  const record = await readPoisonRecord(join(dataDir, 'poison.json'));
  if (!('damage' in record)) return record;
  log.warn(`poison.json is damaged (${record.damage}): what the run set aside is worked on`);
  return noVerdicts;
};

const mayHold = ({ times }: StoredSegment, { since, until }: Span): boolean =>
  times === undefined || (times.to >= since && times.from < until);

const sayGap = (gap: StoredGap, found: { not_kept: number; missing: number; damaged: number }, log: Log): void => {
  if (gap.kind === 'unfinished') {
    log.warn(`the journal goes on behind its last sound block: ${gap.where}; a write under way, or damage`);
    return;
  }
  const { kind, firstSeq, lastSeq, where } = gap;
  const isBefore = firstSeq === 1 && kind === 'missing';
  found[isBefore ? 'not_kept' : kind] += lastSeq - firstSeq + 1;
  if (isBefore) {
    log.warn(`the journal begins with entry ${lastSeq + 1}: what came before was not kept (--keep of run keeps it)`);
  } else log.warn(`entries ${firstSeq} to ${lastSeq} are ${kind}, and passed over: behind ${where}`);
};
