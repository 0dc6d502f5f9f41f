import { join } from 'node:path';
import type { Log } from '../module.js';
import { GenerationStore } from './generation-store.js';
import { GenerationHistory } from './history.js';

/** Where generations of a data directory lie. */
export const generationsDir = (dataDir: string): string => join(dataDir, 'generations');

/** Where their history lies, beside them. */
export const historyFile = (dataDir: string): string => join(generationsDir(dataDir), 'history.json');

/** Whose generations, and where what they need goes. */
export interface GenerationsOptions {
  readonly dataDir: string;
  /** For users' code in the form in which this process imports it. */
  readonly cacheDir: string;
  readonly log: Log;
}

/** The generations that a data directory has. */
export interface KeptGenerations {
  readonly store: GenerationStore;
  readonly history: GenerationHistory;
  readonly log: Log;
}

/** Reads what is kept, and changes nothing. */
export const readKept = async ({ dataDir, cacheDir, log }: GenerationsOptions): Promise<KeptGenerations> => {
  const store = new GenerationStore({ dir: generationsDir(dataDir), cacheDir });
  return { store, history: await GenerationHistory.open(historyFile(dataDir), log), log };
};
