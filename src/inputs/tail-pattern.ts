import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { escapeControls } from '../escape.js';
import { messageOf } from '../fault.js';
import { FileFinder } from '../tail-file/index.js';
import { InputError } from './input.js';

/** Files of one pattern that are followed, at the most. */
export const mostFiles = 10_000;

/** A path or pattern from the root on: `~` is the home directory, what is relative lies in the working directory. */
export const absolute = (pattern: string): string =>
  resolve(pattern === '~' || pattern.startsWith('~/') ? homedir() + pattern.slice(1) : pattern);

/** What finds the files of a pattern; `path`: the pattern from the root on. @throws InputError where it is none */
export const finderOf = (pattern: string, path: string): FileFinder => {
  try {
    return new FileFinder(path, mostFiles);
  } catch (error) {
    const right = 'a path, or a pattern such as /var/log/*.log';
    const what = `cannot follow '${escapeControls(pattern)}': ${messageOf(error)}; it would have to be ${right}`;
    throw new InputError(what, { cause: error });
  }
};
