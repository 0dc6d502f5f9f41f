import { setTimeout as sleep } from 'node:timers/promises';
import type { BlockRun } from '../journal/block-run.js';
import { systemCodeOf } from '../journal/journal-error.js';
import type { RunPiece } from '../journal/run-read.js';
import type { SegmentLog } from '../journal/segment-log.js';

const lastWaitMs = 3200;

/**
 * Reads the journal for the core. A read that fails is tried again for some seconds, for handles and memory can be short for a moment;
 * then it rejects, as it does at once where the file is gone. @throws JournalError `read-failed`
 */
export const readBack = async (segments: Pick<SegmentLog, 'readRun'>, run: BlockRun): Promise<RunPiece> => {
  for (let waitMs = 50; ; waitMs *= 2) {
    try {
      return await segments.readRun(run);
    } catch (cause) {
      if (waitMs > lastWaitMs || systemCodeOf(cause) === 'ENOENT') throw cause;
      await sleep(waitMs);
    }
  }
};
