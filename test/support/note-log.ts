import type { Log } from '../../src/module.js';

/** A log that keeps what it is told: `level message`. */
export const noteLog = (): { readonly log: Log; readonly notes: string[] } => {
  const notes: string[] = [];
  const note = (level: string) => (message: string) => void notes.push(`${level} ${message}`);
  return { log: { info: note('info'), warn: note('warn'), error: note('error') }, notes };
};
