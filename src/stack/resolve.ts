import { ConfigurationError, type Fault, messageOf } from '../fault.js';
import type { ListenerDefinition } from '../listener.js';
import type { ConfigFile, ModuleDefinition } from '../module.js';
import { loadPlugins } from '../normalize/index.js';
import { createPatternCheck } from '../pattern-check/pattern-check.js';
import { readRegularFile } from '../read-regular-file.js';
import { readConfigFiles } from './config-files.js';
import { type Discovery, discover } from './discover.js';
import { joinEntries } from './join-entries.js';
import { readPluginFiles } from './plugin-files.js';
import { type ResolvedEntry, type Resolution, resolveEntry } from './resolve-entry.js';
import { codeExtensions, type SearchPath, stackExtensions } from './search-path.js';
import { findSharedFiles, type WrittenFiles } from './shared-files.js';
import { readStackFile, type StackEntry, type StackFile } from './stack-file.js';
import { wouldBeRight } from './suggest.js';

/** Everything that runs together, checked. Plain data, for other threads. */
export interface ResolvedStack {
  readonly names: readonly string[];
  readonly timeZone: string;
  /** That of time stamps without one, where their input names none: the machine's. */
  readonly machineTimeZone: string;
  readonly inputs: StackFile['inputs'];
  readonly modules: readonly ResolvedEntry[];
  readonly listeners: readonly ResolvedEntry[];
  /** Configuration files of modules. */
  readonly files: readonly ConfigFile[];
  /** Normalizer plugins. Empty: records are not normalized. */
  readonly plugins: readonly ConfigFile[];
  /** Addresses of hosts by name. */
  readonly hosts: Readonly<Record<string, string>>;
  /** What is doubtful, but stops nothing. */
  readonly warnings: readonly Fault[];
}

/** What of a stack the core's outputs depend on. */
export type CoreStack = Pick<ResolvedStack, 'modules' | 'timeZone' | 'machineTimeZone' | 'files' | 'plugins' | 'hosts'>;

/** What to resolve, and where. */
export interface ResolveOptions {
  readonly names: readonly string[];
  readonly path: SearchPath;
  /** Where files of listeners begin. */
  readonly logDir: string;
  /** For the compiled forms of users' modules; of this process alone. */
  readonly cacheDir: string;
  /** Options that come on top of the stacks': by the module's or listener's own name. */
  readonly overrides?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
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
      text = readRegularFile(found.file).toString('utf8');
    } catch (cause) {
      faults.push({ where: found.file, message: `cannot be read: ${messageOf(cause)}` });
      return [];
    }
    const read = readStackFile(found.file, text);
    faults.push(...read.faults);
    return read.stack === undefined ? [] : [read.stack];
  });

/**
 * Finds, loads and checks the named stacks with their modules, listeners and configuration files.
 * @throws ConfigurationError with every fault.
 */
export const resolveStack = async ({
  names,
  path,
  logDir,
  cacheDir,
  overrides = {},
}: ResolveOptions): Promise<ResolvedStack> => {
  const faults: Fault[] = [];
  const warnings: Fault[] = [];
  const stacks = discover(path.stacks, stackExtensions);
  const modules = discover(path.modules, codeExtensions);
  const listeners = discover(path.listeners, codeExtensions);
  for (const { unreadable } of [stacks, modules, listeners]) {
    const message = 'cannot be searched; a readable directory would be right';
    faults.push(...unreadable.map((where) => ({ where, message })));
  }
  const read = readStacks([...new Set(names)], stacks, faults);
  const files: ConfigFile[] = [];
  const checkPattern = createPatternCheck();
  const written: WrittenFiles[] = [];
  const resolution: Resolution = { faults, warnings, cacheDir, overrides, files, checkPattern, written };
  const each = async <D extends ModuleDefinition | ListenerDefinition>(
    entries: readonly StackEntry[],
    kind: D['kind'],
    discovery: Discovery,
  ): Promise<ResolvedEntry[]> => {
    const resolved = joinEntries(entries, faults).map((entry) => resolveEntry<D>(entry, kind, discovery, resolution));
    return (await Promise.all(resolved)).flat();
  };
  const dirs = path.configDir === undefined ? read.flatMap(({ configDir }) => configDir ?? []) : [path.configDir];
  for (const dir of new Set(dirs)) files.push(...readConfigFiles(dir, ['*.json'], faults));
  const resolved = {
    modules: await each<ModuleDefinition>(
      read.flatMap((file) => file.modules),
      'module',
      modules,
    ),
    listeners: await each<ListenerDefinition>(
      read.flatMap((file) => file.listeners),
      'listener',
      listeners,
    ),
  };
  faults.push(...findSharedFiles(written, logDir));
  const plugins = readPluginFiles(read, path, faults);
  if (plugins.length > 0) faults.push(...loadPlugins(plugins, checkPattern).faults);
  if (faults.length > 0) throw new ConfigurationError(faults, warnings);
  const timeZone = read.find((file) => file.timeZone !== undefined)?.timeZone;
  const machineTimeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return {
    names,
    timeZone: timeZone ?? machineTimeZone,
    machineTimeZone,
    inputs: {
      udp: read.flatMap(({ inputs }) => inputs.udp),
      tcp: read.flatMap(({ inputs }) => inputs.tcp),
      tail: read.flatMap(({ inputs }) => inputs.tail),
    },
    ...resolved,
    files,
    plugins,
    hosts: Object.assign({}, ...read.map(({ hosts }) => hosts)) as Record<string, string>,
    warnings,
  };
};
