import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Fault, messageOf } from '../fault.js';
import type { ConfigFile } from '../module.js';
import { readRegularFile } from '../read-regular-file.js';

/** Whether a name is the pattern's, in which `*` stands for any text. */
export const nameMatches = (pattern: string, name: string): boolean => {
  const [before = '', after] = pattern.split('*', 2);
  if (after === undefined) return name === pattern;
  return name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after);
};

/** The files of a directory whose names match any of the patterns (`*`: any text), in the order of their names. */
export const readConfigFiles = (dir: string, patterns: readonly string[], faults: Fault[]): ConfigFile[] => {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch (cause) {
    faults.push({
      where: dir,
      message: `cannot be searched: ${messageOf(cause)}; a readable directory would be right`,
    });
    return [];
  }
  return names
    .filter((name) => !name.startsWith('.') && patterns.some((pattern) => nameMatches(pattern, name)))
    .sort()
    .flatMap((name) => {
      const file = join(dir, name);
      try {
        return [{ file, text: readRegularFile(file).toString('utf8') }];
      } catch (cause) {
        faults.push({ where: file, message: `cannot be read: ${messageOf(cause)}` });
        return [];
      }
    });
};

/** Whether a configuration file's name, without directory, matches any of the patterns. */
export const isAskedFor = ({ file }: ConfigFile, patterns: readonly string[]): boolean => {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return patterns.some((pattern) => nameMatches(pattern, name));
};
