import { BlockReader, entryKinds } from '../journal/block.js';
import { addToRuns, type BlockRun } from '../journal/block-run.js';
import { type GenerationEntry, readGenerationEntry } from '../journal/generation-entry.js';
import type { Gap, SegmentLog } from '../journal/segment-log.js';
import { messageOf } from '../fault.js';
import type { Json } from '../json.js';
import type { Log } from '../module.js';
import type { BlockFeed } from './block-feed.js';
import type { IoStart } from './messages.js';

/** What becomes of the entries that the core has not worked on. */
export interface UnworkedOptions {
  readonly start: IoStart;
  readonly feed: BlockFeed;
  /** Brought up to date with what the journal holds past the core's position. */
  readonly positions: Map<string, Map<string, Json>>;
  readonly lost: Record<string, number>;
  readonly log: Log;
}

const tellGap =
  ({ lost, log }: Pick<UnworkedOptions, 'lost' | 'log'>) =>
  (gap: Gap): void => {
    const count = gap.lastSeq - gap.firstSeq + 1;
    lost[`journal_${gap.reason}`] = (lost[`journal_${gap.reason}`] ?? 0) + count;
    log.error(`${count} journal entries (${gap.firstSeq}-${gap.lastSeq}) are ${gap.reason} in ${gap.path}`);
  };

/** The blocks behind `position` and before the number `below`, to be read when they are wanted. */
export const blocksBetween = async (
  segments: SegmentLog,
  options: Pick<UnworkedOptions, 'lost' | 'log'> & { readonly position: number; readonly below: number },
): Promise<BlockRun[]> => {
  const { position, below } = options;
  const found: BlockRun[] = [];
  if (position + 1 >= below) return found;
  for await (const location of segments.blocksFrom(position + 1, tellGap(options))) {
    if (location.firstSeq >= below) break;
    addToRuns(found, location);
  }
  return found;
};

/** What was found among the entries that the core has not worked on. */
export interface Unworked {
  /** Where the configuration changed. */
  readonly generations: readonly GenerationEntry[];
  /** What the wall showed at the newest, or where there is none, at what the core has worked on: ms since the epoch. */
  readonly lastReceivedAt: number;
}

/** Queues for the core what it has not worked on. */
export const queueUnworked = async (segments: SegmentLog, options: UnworkedOptions): Promise<Unworked> => {
  const { feed, start, positions, lost, log } = options;
  const generations: GenerationEntry[] = [];
  let entries = 0;
  let lastReceivedAt = start.receivedAt;
  const blocks = segments.blocksFrom(start.position + 1, tellGap(options));
  for await (const location of blocks) {
    const { firstSeq, count, length } = location;
    entries += count;
    try {
      const block = await segments.read(location);
      lastReceivedAt = noteEntries(block, positions) ?? lastReceivedAt;
      const generation = readGenerationEntry(block);
      if (generation !== undefined) generations.push(generation);
    } catch (cause) {
      lost['journal_damaged'] = (lost['journal_damaged'] ?? 0) + count;
      log.error(`${count} journal entries from ${firstSeq} on are lost: ${messageOf(cause)}`);
      continue;
    }
    feed.add({ firstSeq, count, length, stored: location });
  }
  if (entries > 0) log.info(`journal: going on with ${entries} entries received before`);
  return { generations, lastReceivedAt };
};

/** Notes places to go on from; gives the last time of receipt, if there is one. */
const noteEntries = (block: Uint8Array, positions: Map<string, Map<string, Json>>): number | undefined => {
  const reader = new BlockReader(block);
  let receivedAt: number | undefined;
  while (reader.next()) {
    if (reader.receivedAt > 0) ({ receivedAt } = reader);
    if (reader.kind !== entryKinds.position) continue;
    const text = reader.bytes.toString('utf8', reader.start, reader.end);
    const { input, key, value } = JSON.parse(text) as { input: string; key: string; value?: Json };
    const keys = positions.get(input) ?? new Map<string, Json>();
    positions.set(input, keys);
    if (value === undefined) keys.delete(key);
    else keys.set(key, value);
  }
  return receivedAt;
};
