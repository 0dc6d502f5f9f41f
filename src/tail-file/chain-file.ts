import { stat } from 'node:fs/promises';
import { errorCode } from './error-code.js';
import type { TailCounters, TakeLine } from './line-cutter.js';
import type { FilePosition } from './position.js';

/** How a reading step ended: all read, more left, the line was not taken, what was read before is no longer there. */
export type ReadOutcome = 'end' | 'more' | 'refused' | 'truncated';

/** What one reading step may use. */
export interface ReadStep {
  /** Shared between files; longer than a line at the limit and `markBytes`. */
  readonly buffer: Buffer;
  /** Bytes this step may still read. */
  budget: number;
  /** ms, the caller's clock. */
  readonly now: number;
}

/** What all files followed have in common. */
export interface FollowSettings {
  readonly maxLineBytes: number;
  readonly take: TakeLine;
  /** Called around each handing over of lines: when it returns, the lines and the place behind them hold together. */
  readonly together: (give: () => void) => void;
  readonly counters: TailCounters;
}

/** A file that is read on, plain or compressed. */
export interface ChainFile {
  /** The path whose file it is or was, symbolic links resolved; where it was opened may be that of a rotated sibling. */
  base: string;
  /** Device and inode. */
  readonly identity: string;
  /** Its first bytes, unpacked, up to `headBytes`. */
  readonly head: Buffer;
  /** Nothing will be added to it: it is let go once read. */
  readonly complete: boolean;
  /** ms of the caller's clock when it was last seen to grow. */
  readonly grownAt: number;
  /** Bytes seen in it and not given out, newline missing or not read yet. */
  readonly unread: number;
  /** Looks at its size: what is read in this poll ends there. */
  look(now: number): Promise<void>;
  read(step: ReadStep): Promise<ReadOutcome>;
  /** Gives out the last line, which has no newline. Answers whether that is done. */
  finish(step: ReadStep): Promise<boolean>;
  position(): FilePosition;
  close(): Promise<void>;
}

/** Device and inode as one text. */
export const identityOf = (file: { readonly device: bigint | string; readonly inode: bigint | string }): string =>
  `${file.device}:${file.inode}`;

/** Whether the path leads to the file of that identity. */
export const leadsTo = async (path: string, identity: string): Promise<boolean> => {
  try {
    const stats = await stat(path, { bigint: true });
    return identityOf({ device: stats.dev, inode: stats.ino }) === identity;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
};
