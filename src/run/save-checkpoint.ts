import { messageOf } from '../fault.js';
import { JournalError } from '../journal/journal-error.js';
import type { Log } from '../module.js';
import type { Committed } from './checkpointer.js';

/**
 * Saves a checkpoint at each call and never rejects: what fails is said once, until it works again, and tried again at the
 * next call. `cannotSave` is told where trying again is of no use.
 */
export const checkpointSaver = (options: {
  readonly commit: () => Promise<Committed | undefined>;
  readonly committed: (committed: Committed) => void;
  readonly cannotSave: (message: string) => void;
  readonly log: Log;
}): (() => Promise<void>) => {
  const { commit, committed, cannotSave, log } = options;
  let failing = false;
  return async () => {
    try {
      const result = await commit();
      if (result === undefined) return;
      committed(result);
      if (failing) log.info('checkpoint: can be written again');
      failing = false;
    } catch (cause) {
      const message = `checkpoint: ${messageOf(cause)}`;
      // After a failed sync nobody knows what is on disk: only a new start, which reads it, can tell.
      if (cause instanceof JournalError && cause.code === 'sync-failed') cannotSave(message);
      else if (!failing) log.error(`${message}; trying again`);
      failing = true;
    }
  };
};
