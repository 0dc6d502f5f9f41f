import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { errorCode } from './error-code.js';

/** The path with symbolic links resolved, as far as that goes where nothing is there now: beside it are its rotated files. */
export const baseOf = async (path: string): Promise<string> => {
  const real = await unlessMissing(realpath(path));
  if (real !== undefined) return real;
  const target = await unlessMissing(readlink(path));
  if (target !== undefined) return resolve(dirname(path), target);
  const directory = await unlessMissing(realpath(dirname(path)));
  return directory === undefined ? path : join(directory, basename(path));
};

const unlessMissing = async (asked: Promise<string>): Promise<string | undefined> => {
  try {
    return await asked;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
};
