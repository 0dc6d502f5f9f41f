import { BlockReader, entryKinds } from '../journal/block.js';
import { type GenerationEntry, readGenerationEntry } from '../journal/generation-entry.js';
import { type BlockLocation, type Gap, SegmentLog } from '../journal/segment-log.js';
import { messageOf } from '../fault.js';
import { killPoint } from '../kill-point.js';
import { JournalError } from '../journal/journal-error.js';
import type { Json } from '../json.js';
import type { Log } from '../module.js';
import { type ArchiveCounters, KeptSegments } from './kept-segments.js';
import type { BlockFeed, FeedBlock } from './block-feed.js';
import type { WriteBlock } from './frame-writer.js';
import type { IoStart } from './messages.js';

/** The journal as the io thread uses it: every block is appended, then handed to the core. */
export interface FrameJournal {
  readonly nextSeq: number;
  /** Nothing is kept on disk. */
  readonly memoryOnly: boolean;
  readonly full: boolean;
  /** Room is needed before long, and there will be some once the core needs nothing below this number any more. */
  readonly pressedAt: number | undefined;
  readonly bytes: number;
  /** Where the configuration changed among what the core has not worked on yet. */
  readonly generations: readonly GenerationEntry[];
  /** Absent where nothing is kept. */
  readonly archive: ArchiveCounters | undefined;
  readonly write: WriteBlock;
  /** Makes what was written as safe as `--fsync` asks for. */
  readonly sync: () => Promise<void>;
  /** Called when `full` may have changed. */
  onHold: () => void;
  trim(below: number): Promise<void>;
  /** The blocks with entries behind `position`, up to the one that begins with `below`; what is missing is said and counted. */
  again(position: number, below: number): Promise<FeedBlock[]>;
  close(): Promise<void>;
}

const largestSegmentBytes = 64 * 1024 * 1024;
const smallestSegmentBytes = 64 * 1024;

interface OpenOptions {
  readonly start: IoStart;
  readonly feed: BlockFeed;
  /** Brought up to date with what the journal holds past the core's position. */
  readonly positions: Map<string, Map<string, Json>>;
  readonly lost: Record<string, number>;
  readonly log: Log;
}

const memoryOnly = ({ start, feed }: OpenOptions): FrameJournal => ({
  nextSeq: start.position + 1,
  memoryOnly: true,
  full: false,
  pressedAt: undefined,
  bytes: 0,
  generations: [],
  archive: undefined,
  write: async (bytes, { firstSeq, count }) => feed.add({ firstSeq, count, length: bytes.length, bytes }),
  sync: async () => undefined,
  onHold: () => undefined,
  trim: async () => undefined,
  again: async () => [],
  close: async () => undefined,
});

/** Only whole segments are given back, never the one being written: several must fit, or a full journal would stay full. */
const segmentBytesFor = (maxBytes: number): number =>
  Math.min(largestSegmentBytes, Math.max(smallestSegmentBytes, Math.floor(maxBytes / 4)));

/** Opens the journal, queues for the core what it has not worked on yet, and goes on behind it. */
export const openFrameJournal = async (options: OpenOptions): Promise<FrameJournal> => {
  const { dir, fsync, maxBytes, keep } = options.start.journal;
  if (dir === undefined) return memoryOnly(options);
  const { feed, log, start } = options;
  const segments = await SegmentLog.open({
    dir,
    segmentBytes: segmentBytesFor(maxBytes),
    beforeRemoval: async (segment, closing) => kept?.keep(segment, closing),
  });
  const kept = await KeptSegments.open({ dir, limits: keep, log, mustGo: () => journal.full });
  const { tornBytes } = segments.recovered;
  if (tornBytes > 0) log.warn(`journal: ${tornBytes} bytes of an unfinished write were cut off`);
  if (segments.lastSeq < start.position) await segments.skipTo(start.position);
  const generations = await queueUnworked(segments, options);

  let held = segments.bytes > maxBytes;
  let failing = false;
  let unsynced = false;
  let trimFails = false;
  let closing = false;
  const journal: FrameJournal = {
    nextSeq: segments.lastSeq + 1,
    memoryOnly: false,
    get full() {
      return held || failing;
    },
    get pressedAt() {
      return segments.bytes > maxBytes / 2 || failing ? segments.trimsFrom : undefined;
    },
    get bytes() {
      return segments.bytes;
    },
    generations,
    get archive() {
      return kept?.counters();
    },
    onHold: () => undefined,
    // With `always` each write is safe already; with `off` nobody asks for more than the write.
    sync: async () => (typeof fsync === 'number' ? segments.sync() : undefined),
    write: async (bytes, { firstSeq, count }) => {
      const location = await persistently(() => segments.append(bytes));
      killPoint('journal-appended');
      if (fsync === 'always') await segments.sync();
      unsynced = true;
      feed.add({ firstSeq, count, length: bytes.length, bytes, load: () => segments.read(location) });
      checkSize();
    },
    trim: async (below) => {
      try {
        await segments.trim(below);
        await kept?.removeExcess();
        trimFails = false;
      } catch (cause) {
        if (!trimFails && !closing) log.error(`journal: ${messageOf(cause)}; trying again at each checkpoint`);
        trimFails = true;
      }
      checkSize();
    },
    again: (position, below) => blocksBetween(segments, { ...options, position, below }),
    close: async () => {
      closing = true;
      clearInterval(syncing);
      await segments.close();
    },
  };
  const checkSize = (): void => {
    const now = segments.bytes > maxBytes;
    if (now === held) return;
    held = now;
    journal.onHold();
  };
  /** A disk that is full or fails is tried again until it takes the block: frames wait, or are counted as dropped. */
  const persistently = async (append: () => Promise<BlockLocation>): Promise<BlockLocation> => {
    for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 2000)) {
      try {
        const location = await append();
        if (failing) {
          failing = false;
          log.info('journal: can be written again');
          journal.onHold();
        }
        return location;
      } catch (cause) {
        // After a failed sync nobody knows what is on disk: only a new start, which reads it, can tell.
        if (cause instanceof JournalError && cause.code === 'sync-failed') throw cause;
        if (!failing) {
          failing = true;
          log.error(`journal: ${messageOf(cause)}; trying again`);
          journal.onHold();
        }
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  };
  const syncing = setInterval(
    () => {
      if (!unsynced || fsync === 'off') return;
      unsynced = false;
      segments.sync().catch((cause: unknown) => log.error(`journal: ${messageOf(cause)}`));
    },
    typeof fsync === 'number' ? fsync : 1000,
  );
  return journal;
};

const tellGap =
  ({ lost, log }: Pick<OpenOptions, 'lost' | 'log'>) =>
  (gap: Gap): void => {
    const count = gap.lastSeq - gap.firstSeq + 1;
    lost[`journal_${gap.reason}`] = (lost[`journal_${gap.reason}`] ?? 0) + count;
    log.error(`${count} journal entries (${gap.firstSeq}-${gap.lastSeq}) are ${gap.reason} in ${gap.path}`);
  };

const blocksBetween = async (
  segments: SegmentLog,
  options: Pick<OpenOptions, 'lost' | 'log'> & { readonly position: number; readonly below: number },
): Promise<FeedBlock[]> => {
  const { position, below } = options;
  const found: FeedBlock[] = [];
  if (position + 1 >= below) return found;
  for await (const location of segments.blocksFrom(position + 1, tellGap(options))) {
    const { firstSeq, count, length } = location;
    if (firstSeq >= below) break;
    found.push({ firstSeq, count, length, load: () => segments.read(location) });
  }
  return found;
};

const queueUnworked = async (segments: SegmentLog, options: OpenOptions): Promise<GenerationEntry[]> => {
  const { feed, start, positions, lost, log } = options;
  const generations: GenerationEntry[] = [];
  let entries = 0;
  const blocks = segments.blocksFrom(start.position + 1, tellGap(options));
  for await (const location of blocks) {
    const { firstSeq, count, length } = location;
    entries += count;
    const load = async (): Promise<Uint8Array> => segments.read(location);
    try {
      const block = await load();
      notePositions(block, positions);
      const generation = readGenerationEntry(block);
      if (generation !== undefined) generations.push(generation);
    } catch (cause) {
      lost['journal_damaged'] = (lost['journal_damaged'] ?? 0) + count;
      log.error(`${count} journal entries from ${firstSeq} on are lost: ${messageOf(cause)}`);
      continue;
    }
    feed.add({ firstSeq, count, length, load });
  }
  if (entries > 0) log.info(`journal: going on with ${entries} entries received before`);
  return generations;
};

const notePositions = (block: Uint8Array, positions: Map<string, Map<string, Json>>): void => {
  const reader = new BlockReader(block);
  while (reader.next()) {
    if (reader.kind !== entryKinds.position) continue;
    const text = reader.bytes.toString('utf8', reader.start, reader.end);
    const { input, key, value } = JSON.parse(text) as { input: string; key: string; value?: Json };
    const keys = positions.get(input) ?? new Map<string, Json>();
    positions.set(input, keys);
    if (value === undefined) keys.delete(key);
    else keys.set(key, value);
  }
};
