import type { GenerationEntry } from '../journal/generation-entry.js';
import type { BlockRun } from '../journal/block-run.js';
import { type BlockLocation, SegmentLog } from '../journal/segment-log.js';
import { messageOf } from '../fault.js';
import { killPoint } from '../kill-point.js';
import { type FileLayer, realFiles } from '../journal/file-layer.js';
import type { Segment } from '../journal/block-chain.js';
import { JournalError } from '../journal/journal-error.js';
import { JournalPlace } from './journal-place.js';
import { type ArchiveCounters, KeptSegments } from './kept-segments.js';
import type { WriteBlock } from './frame-writer.js';
import { readBack } from './read-back.js';
import { blocksBetween, queueUnworked, type UnworkedOptions } from './unworked-blocks.js';

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
  /** What the wall showed at its newest entry, ms since the epoch; 0 where there is none. */
  readonly lastReceivedAt: number;
  /** Absent where nothing is kept. */
  readonly archive: ArchiveCounters | undefined;
  readonly write: WriteBlock;
  /** Makes what was written as safe as `--fsync` asks for. */
  readonly sync: () => Promise<void>;
  /** Called when `full` may have changed. */
  onHold: () => void;
  /** Called once when the directory is gone: from then on frames are only worked on, and nothing is acknowledged. */
  onGone: (message: string) => void;
  trim(below: number): Promise<void>;
  /** The blocks with entries behind `position`, up to the one that begins with `below`; what is missing is said and counted. */
  again(position: number, below: number): Promise<BlockRun[]>;
  /** What has been received is written even where only the disk's reserve is left: the run is ending. */
  spendReserve(): void;
  close(): Promise<void>;
}

const largestSegmentBytes = 64 * 1024 * 1024;
const smallestSegmentBytes = 64 * 1024;
const roomAskMs = 100;

const memoryOnly = ({ start, feed }: UnworkedOptions): FrameJournal => ({
  nextSeq: start.position + 1,
  memoryOnly: true,
  full: false,
  pressedAt: undefined,
  bytes: 0,
  generations: [],
  lastReceivedAt: start.receivedAt,
  archive: undefined,
  write: async (bytes, { firstSeq, count }) => feed.add({ firstSeq, count, length: bytes.length, bytes }),
  sync: async () => undefined,
  onHold: () => undefined,
  onGone: () => undefined,
  trim: async () => undefined,
  again: async () => [],
  spendReserve: () => undefined,
  close: async () => undefined,
});

/**
 * Only whole segments are given back, never the one being written: several must fit, or a full journal would stay full.
 * And one must fit into a disk's reserve, where it is compressed before it goes.
 */
const segmentBytesFor = (maxBytes: number, diskBytes: number): number =>
  Math.min(largestSegmentBytes, Math.max(smallestSegmentBytes, Math.floor(Math.min(maxBytes / 4, diskBytes / 32))));

/** Opens the journal, queues for the core what it has not worked on yet, and goes on behind it. */
export const openFrameJournal = async (
  options: UnworkedOptions & { readonly fs?: FileLayer },
): Promise<FrameJournal> => {
  const { dir, fsync, maxBytes, keep } = options.start.journal;
  if (dir === undefined) return memoryOnly(options);
  const { feed, log, start, fs = realFiles } = options;
  await fs.makeDir(dir);
  const { totalBytes } = await fs.space(dir);
  const segments = await SegmentLog.open({
    dir,
    fs,
    segmentBytes: segmentBytesFor(maxBytes, totalBytes),
    beforeRemoval: async (segment, closing) => kept?.keep(segment, closing),
  });
  const kept = await KeptSegments.open({ dir, fs, limits: keep, log, mustGo: () => journal.full });
  const { tornBytes } = segments.recovered;
  if (tornBytes > 0) log.warn(`journal: ${tornBytes} bytes of an unfinished write were cut off`);
  if (segments.lastSeq < start.position) await segments.skipTo(start.position);
  feed.readBack = (run) => readBack(segments, run);
  const { generations, lastReceivedAt } = await queueUnworked(segments, options);

  let held = segments.bytes > maxBytes;
  let failing = false;
  let unsynced = false;
  let trimFails = false;
  let closing = false;
  let gone: JournalError | undefined;
  let spending = false;
  const journal: FrameJournal = {
    nextSeq: segments.lastSeq + 1,
    memoryOnly: false,
    get full() {
      return held || failing || place.reserve.low;
    },
    get pressedAt() {
      return segments.bytes > maxBytes / 2 || failing || place.reserve.low ? segments.trimsFrom : undefined;
    },
    get bytes() {
      return segments.bytes;
    },
    generations,
    lastReceivedAt,
    get archive() {
      return kept?.counters();
    },
    onHold: () => undefined,
    onGone: () => undefined,
    // With `always` each write is safe already; with `off` nobody asks for more than the write.
    sync: async () => {
      if (gone !== undefined) throw gone;
      if (typeof fsync === 'number') await segments.sync();
    },
    write: async (bytes, { firstSeq, count }) => {
      await room();
      const location = gone === undefined ? await persistently(() => segments.append(bytes)) : undefined;
      if (location === undefined) {
        feed.add({ firstSeq, count, length: bytes.length, bytes });
        return;
      }
      place.reserve.wrote(bytes.length);
      killPoint('journal-appended');
      if (fsync === 'always') await segments.sync();
      unsynced = true;
      feed.add({ firstSeq, count, length: bytes.length, bytes, stored: location });
      checkSize();
    },
    trim: async (below) => {
      if (gone !== undefined) return;
      try {
        await segments.trim(below);
        trimFails = false;
      } catch (cause) {
        if (!trimFails && !closing) log.error(`journal: ${messageOf(cause)}; trying again at each checkpoint`);
        trimFails = true;
      }
      checkSize();
    },
    again: (position, below) => blocksBetween(segments, { ...options, position, below }),
    spendReserve: () => {
      spending = true;
    },
    close: async () => {
      closing = true;
      clearInterval(syncing);
      place.stop();
      await segments.close();
    },
  };
  const place = await JournalPlace.open({
    dir,
    fs,
    log,
    kept,
    changed: () => journal.onHold(),
    gone: (message) => {
      gone = new JournalError('write-failed', message);
      journal.onGone(message);
    },
    also: async () => {
      await kept?.removeExcess();
      if (closing) return;
      const removed = await segments.leaveIfRemoved();
      if (removed !== undefined) log.error(`journal: ${removedMessage(segments, removed)}`);
    },
  });
  const checkSize = (): void => {
    const now = segments.bytes > maxBytes;
    if (now === held) return;
    held = now;
    journal.onHold();
  };
  /** Waits while only the reserve of the disk is left: what was received waits in memory, which is bounded, too. */
  const room = async (): Promise<void> => {
    await place.askWhereClose();
    while (place.reserve.low && !spending && gone === undefined) {
      await place.look();
      await new Promise((resolve) => setTimeout(resolve, roomAskMs));
    }
  };
  /** A disk that is full or fails is tried again until it takes the block: frames wait, or are counted as dropped. undefined: it is gone. */
  const persistently = async (append: () => Promise<BlockLocation>): Promise<BlockLocation | undefined> => {
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
        if (gone !== undefined) return undefined;
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

const removedMessage = (segments: SegmentLog, { firstSeq }: Segment): string =>
  `the segment of entries ${firstSeq} to ${segments.lastSeq} in ${segments.dir} was removed while it was written to; another one is ` +
  'begun. What the core has not worked on yet, and everything after a crash before the next checkpoint, is lost of it';
