import { readdirSync } from 'node:fs';
import { messageOf } from '../fault.js';

/** Why a path is no directory that can be read; undefined where it is one. */
export const faultOfDirectory = (path: string): string | undefined => {
  try {
    readdirSync(path);
    return undefined;
  } catch (cause) {
    return messageOf(cause);
  }
};
