import { markBytes } from './fingerprint.js';
import type { KnownFiles } from './known-files.js';
import type { TailCounters, TakeLine } from './line-cutter.js';
import type { TailPosition } from './position.js';
import type { TailReport } from './report.js';

/** How to follow one path. */
export interface TailFileOptions {
  readonly path: string;
  readonly onLine: TakeLine;
  /**
   * Called each time lines are about to be given out; it must call `give`, which gives them by `onLine`, at once. When
   * `give` has returned, `position()` is behind them: who stores lines and place together then loses and repeats nothing.
   * With it, `moved` tells of other movements only.
   */
  readonly together?: (give: () => void) => void;
  readonly onReport?: (report: TailReport) => void;
  /** Where to begin with a file that is there at the first poll and has never been read. Default `start`. */
  readonly from?: 'start' | 'end';
  /** Where an earlier run came to. */
  readonly position?: TailPosition;
  /** The path was seen to name no file then (ms since the epoch): what has been rotated away from it since is read first. */
  readonly absentSince?: number | undefined;
  /** Where the path is named like a rotated form of another one that is followed: even the first file is left to that one for a while. */
  readonly patient?: boolean;
  /** Bytes of a line; the rest is cut off. Default 65536. */
  readonly maxLineBytes?: number;
  /** How long a rotated file is kept open after it last grew. Default 60 s. */
  readonly lingerMs?: number;
  /** How long a rotated file's last line is waited for, when it has no newline. Default 1 s. */
  readonly unfinishedMs?: number;
  /** Bytes read in one poll. Default 4 MiB. */
  readonly pollBytes?: number;
  /** Shared by paths that may lead to the same files. */
  readonly known?: KnownFiles;
  /** Shared by files that are polled one after the other; at least `bufferBytesFor(maxLineBytes)` long. */
  readonly buffer?: Buffer;
  readonly counters?: TailCounters;
}

/** What a poll leaves. */
export interface PollResult {
  /** There is more to read at once: the budget of the poll was used up, or a line was not taken. */
  readonly more: boolean;
  /** A line was not taken: to be polled again once lines are taken again. */
  readonly refused: boolean;
  /** The position is another than before. */
  readonly moved: boolean;
  /** Something has just changed or is about to: to be polled again soon. */
  readonly active: boolean;
}

/** How long the buffer of files with such lines must be at least. */
export const bufferBytesFor = (maxLineBytes: number): number => Math.max(256 * 1024, maxLineBytes * 2 + markBytes);
