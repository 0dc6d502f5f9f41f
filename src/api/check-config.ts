import { join } from 'node:path';
import type { Fault } from '../fault.js';
import type { ConfigFile, ModuleDefinition } from '../module.js';
import { isAskedFor, readConfigFiles } from '../stack/config-files.js';
import type { ResolvedEntry } from '../stack/resolve-entry.js';

/** A file that somebody wants in the configuration directory, and who would read it. Plain data, for other threads. */
export interface ConfigToCheck {
  readonly modules: readonly ResolvedEntry[];
  readonly dir: string;
  readonly name: string;
  readonly text: string;
}

interface Reader {
  readonly patterns: readonly string[];
  readonly check: (files: readonly ConfigFile[]) => readonly Fault[];
}

const readerOf = async ({ url, options }: ResolvedEntry): Promise<Reader> => {
  const { default: definition } = (await import(url)) as { default: ModuleDefinition };
  const patterns = definition.files ?? [];
  const parsed = definition.options.parse(options);
  return {
    patterns,
    check: (files) =>
      definition.check?.(
        parsed,
        files.filter((file) => isAskedFor(file, patterns)),
      ).faults ?? [],
  };
};

const show = ({ where, message }: Fault): string => `${where}: ${message}`;

/**
 * What is wrong with a file, checked as at start by the modules that read it, together with the files beside it. What was
 * wrong with those before is not held against it, so that several faulty files can be mended one by one.
 */
export const checkConfig = async ({ modules, dir, name, text }: ConfigToCheck): Promise<string[]> => {
  const path = join(dir, name);
  const added: ConfigFile = { file: path, text };
  const all = await Promise.all(modules.map(readerOf));
  const readers = all.filter(({ patterns }) => isAskedFor(added, patterns));
  if (readers.length === 0) {
    const known = all.flatMap(({ patterns }) => patterns);
    const right = known.length === 0 ? 'a stack whose modules read such files' : known.join(', ');
    return [`${name}: no running module reads a file of this name; ${right} would be right`];
  }
  const before = readConfigFiles(dir, ['*.json'], []);
  const after = [...before.filter(({ file }) => file !== path), added].sort((a, b) => (a.file < b.file ? -1 : 1));
  const faultsIn = (files: readonly ConfigFile[]): string[] => readers.flatMap(({ check }) => check(files)).map(show);
  const found = faultsIn(after);
  const known = found.length === 0 ? new Set<string>() : new Set(faultsIn(before));
  return found.filter((fault) => fault.startsWith(path) || !known.has(fault)).map((fault) => fault.replace(path, name));
};
