import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Fault } from '../fault.js';
import type { ConfigFile } from '../module.js';
import { readConfigFiles } from './config-files.js';
import type { SearchPath } from './search-path.js';
import type { StackFile } from './stack-file.js';

/**
 * The normalizer plugins of the stacks, then those in `plugins/` of the configuration directory, then those the user named.
 * A later file replaces an earlier one of the same name. Stacks without plugins have no normalizer, whatever the user named.
 */
export const readPluginFiles = (stacks: readonly StackFile[], path: SearchPath, faults: Fault[]): ConfigFile[] => {
  const own = stacks.flatMap(({ plugins }) => plugins ?? []);
  if (own.length === 0) return [];
  const beside = path.configDir === undefined ? undefined : join(path.configDir, 'plugins');
  const dirs = [...own, ...(beside !== undefined && existsSync(beside) ? [beside] : []), ...path.pluginDirs];
  const byName = new Map<string, ConfigFile>();
  for (const dir of new Set(dirs)) {
    for (const file of readConfigFiles(dir, ['*.yaml', '*.yml'], faults)) byName.set(basename(file.file), file);
  }
  return [...byName.values()];
};
