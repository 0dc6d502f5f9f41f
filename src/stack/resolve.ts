import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { ConfigurationError, type Fault, messageOf } from '../fault.js';
import type { ListenerDefinition } from '../listener.js';
import type { ModuleDefinition } from '../module.js';
import { checkOptions } from './check-options.js';
import { type Discovery, discover } from './discover.js';
import { compileFilter } from './filter.js';
import { type Loaded, loadDefinition, loadFault } from './load-definition.js';
import { codeExtensions, type SearchPath, stackExtensions } from './search-path.js';
import { readStackFile, type StackEntry, type StackFile } from './stack-file.js';
import { wouldBeRight } from './suggest.js';

/** A module or listener of a stack: what to run, under which name, with which options. Plain data, for other threads. */
export interface ResolvedEntry {
  readonly name: string;
  readonly use: string;
  /** What to import for its definition. */
  readonly url: string;
  /** As the user wrote them; checked. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly when?: string;
}

/** Everything that runs together, checked. Plain data, for other threads. */
export interface ResolvedStack {
  readonly names: readonly string[];
  readonly timeZone: string;
  readonly inputs: StackFile['inputs'];
  readonly modules: readonly ResolvedEntry[];
  readonly listeners: readonly ResolvedEntry[];
}

interface Resolution {
  readonly faults: Fault[];
  readonly cacheDir: string;
}

const readStacks = (names: readonly string[], stacks: Discovery, faults: Fault[]): StackFile[] =>
  names.flatMap((name) => {
    const found = stacks.found.get(name);
    if (found === undefined) {
      faults.push({
        where: '--stack',
        message: `unknown stack ${name}; ${wouldBeRight(name, [...stacks.found.keys()])}`,
      });
      return [];
    }
    let text: string;
    try {
      text = readFileSync(found.file, 'utf8');
    } catch (cause) {
      faults.push({ where: found.file, message: `cannot be read: ${messageOf(cause)}` });
      return [];
    }
    const read = readStackFile(found.file, text);
    if ('stack' in read) return [read.stack];
    faults.push(...read.faults);
    return [];
  });

/** Joins the entries of several stacks: the same entry in two of them runs once, two different ones under one name are a fault. */
const join = (entries: readonly StackEntry[], faults: Fault[]): StackEntry[] => {
  const joined = new Map<string, StackEntry>();
  for (const entry of entries) {
    const earlier = joined.get(entry.name);
    if (earlier === undefined) {
      joined.set(entry.name, entry);
      continue;
    }
    const plain = ({ use, when, options }: StackEntry): unknown[] => [use, when, options];
    if (isDeepStrictEqual(plain(earlier), plain(entry))) continue;
    const message = `is also, and differently, at ${earlier.locate([])}; one of the two under another name (with use: ${entry.use}) would be right`;
    faults.push({ where: entry.locate([]), message });
  }
  return [...joined.values()];
};

const resolveEntry = async <D extends ModuleDefinition | ListenerDefinition>(
  entry: StackEntry,
  kind: D['kind'],
  discovery: Discovery,
  { faults, cacheDir }: Resolution,
): Promise<ResolvedEntry[]> => {
  const found = discovery.found.get(entry.use);
  if (found === undefined) {
    const message = `unknown ${kind} ${entry.use}; ${wouldBeRight(entry.use, [...discovery.found.keys()])}`;
    faults.push({ where: entry.locate([]), message });
    return [];
  }
  let loaded: Loaded<D>;
  try {
    loaded = await loadDefinition<D>(found, kind, cacheDir);
  } catch (cause) {
    faults.push({ where: found.file, message: loadFault(cause) });
    return [];
  }
  const checked = checkOptions(loaded.definition.options, entry.options, entry.locate);
  if ('faults' in checked) faults.push(...checked.faults);
  if (entry.when !== undefined) {
    const compiled = compileFilter(entry.when);
    if ('fault' in compiled) faults.push({ where: entry.locate(['when']), message: compiled.fault });
  }
  const { name, use, options, when } = entry;
  return [{ name, use, url: loaded.url, options, ...(when === undefined ? {} : { when }) }];
};

/**
 * Finds, loads and checks the named stacks with their modules and listeners.
 * @throws ConfigurationError with every fault.
 */
export const resolveStack = async (
  names: readonly string[],
  path: SearchPath,
  cacheDir: string,
): Promise<ResolvedStack> => {
  const faults: Fault[] = [];
  const stacks = discover(path.stacks, stackExtensions);
  const modules = discover(path.modules, codeExtensions);
  const listeners = discover(path.listeners, codeExtensions);
  for (const { unreadable } of [stacks, modules, listeners]) {
    faults.push(
      ...unreadable.map((where) => ({ where, message: 'cannot be searched; a readable directory would be right' })),
    );
  }
  const files = readStacks([...new Set(names)], stacks, faults);
  const resolution = { faults, cacheDir };
  const resolved = {
    modules: (
      await Promise.all(
        join(
          files.flatMap((file) => file.modules),
          faults,
        ).map((entry) => resolveEntry<ModuleDefinition>(entry, 'module', modules, resolution)),
      )
    ).flat(),
    listeners: (
      await Promise.all(
        join(
          files.flatMap((file) => file.listeners),
          faults,
        ).map((entry) => resolveEntry<ListenerDefinition>(entry, 'listener', listeners, resolution)),
      )
    ).flat(),
  };
  if (faults.length > 0) throw new ConfigurationError(faults);
  const timeZone = files.find((file) => file.timeZone !== undefined)?.timeZone;
  return {
    names,
    timeZone: timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    inputs: {
      udp: files.flatMap(({ inputs }) => inputs.udp),
      tcp: files.flatMap(({ inputs }) => inputs.tcp),
      tail: files.flatMap(({ inputs }) => inputs.tail),
    },
    ...resolved,
  };
};
