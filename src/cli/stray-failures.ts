import { ThrottledWarning } from '../inputs/throttled-warning.js';
import { messageOf } from '../fault.js';
import type { Log } from '../module.js';

const withPlace = (thrown: unknown): string =>
  thrown instanceof Error ? (thrown.stack ?? thrown.message) : messageOf(thrown);

/**
 * What no call can be blamed for, in listeners above all: a promise that is rejected while nobody waits for it is told, and
 * all goes on; an exception outside of any call ends the run, but cleanly. For the rest of the process's life.
 */
export const handleStrayFailures = (log: Log, end: (reason: string) => void): void => {
  const rejections = new ThrottledWarning(log);
  process.on('unhandledRejection', (reason) => {
    rejections.warn(`a promise was rejected, and nobody waits for it: ${withPlace(reason)}`, performance.now());
  });
  process.on('uncaughtException', (thrown) => end(`an exception was thrown outside of any call: ${withPlace(thrown)}`));
};
