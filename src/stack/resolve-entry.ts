import { checkTemplates } from '../events/check-templates.js';
import type { Fault } from '../fault.js';
import type { ListenerDefinition } from '../listener.js';
import type { ConfigFile, ModuleDefinition } from '../module.js';
import type { CheckPattern } from '../normalize/index.js';
import { checkOptions } from './check-options.js';
import { isAskedFor } from './config-files.js';
import type { Discovery } from './discover.js';
import { compileFilter } from './filter.js';
import { type Loaded, loadDefinition, loadFault } from './load-definition.js';
import { pathsOf, type WrittenFiles } from './shared-files.js';
import type { StackEntry } from './stack-file.js';
import { wouldBeRight } from './suggest.js';

/** A module or listener of a stack: what to run, under which name, with which options. Plain data, for other threads. */
export interface ResolvedEntry {
  readonly name: string;
  readonly use: string;
  /** What to import for its definition. */
  readonly url: string;
  /** The file of a user's code, which this program can keep (see `bundleFile`); absent for what is shipped. */
  readonly bundle?: string;
  /** As the user wrote them; checked. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly when?: string;
  /** Files it wants to be given: see `ModuleDefinition`. */
  readonly imports?: readonly string[];
  /** How long an event may be tried again, ms; absent: for ever. */
  readonly maxAgeMs?: number;
}

/** What entries are resolved with, and where what is wrong goes. */
export interface Resolution {
  readonly faults: Fault[];
  readonly warnings: Fault[];
  readonly cacheDir: string;
  /** Options on top of the stacks', by the definition's name. */
  readonly overrides: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly files: readonly ConfigFile[];
  readonly checkPattern: CheckPattern;
  /** What listeners write. */
  readonly written: WrittenFiles[];
}

const checkModule = (file: string, definition: ModuleDefinition, options: unknown, resolution: Resolution): void => {
  const { faults, warnings, files } = resolution;
  for (const eventClass of definition.events ?? []) {
    faults.push(...checkTemplates(eventClass).map((message) => ({ where: file, message })));
  }
  if (definition.check === undefined) return;
  const asked = files.filter((one) => isAskedFor(one, definition.files ?? []));
  const result = definition.check(options, asked);
  faults.push(...result.faults);
  warnings.push(...result.warnings);
};

const noteFiles = (
  { name: listener, locate }: StackEntry,
  definition: ListenerDefinition,
  options: unknown,
  { faults, written }: Resolution,
): void => {
  const where = locate([]);
  const paths = pathsOf(() => definition.writes?.(options) ?? []);
  if ('fault' in paths) faults.push({ where, message: paths.fault });
  else written.push({ listener, where, paths });
};

/** Finds, loads and checks one entry; none where it has a fault, which is noted. */
export const resolveEntry = async <D extends ModuleDefinition | ListenerDefinition>(
  entry: StackEntry,
  kind: D['kind'],
  discovery: Discovery,
  resolution: Resolution,
): Promise<ResolvedEntry[]> => {
  const { faults, cacheDir } = resolution;
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
  const { definition, url, bundle } = loaded;
  const options = { ...entry.options, ...resolution.overrides[entry.use] };
  const checked = checkOptions(definition.options, options, entry.locate);
  if ('faults' in checked) faults.push(...checked.faults);
  else if (definition.kind === 'module') checkModule(found.file, definition, checked.options, resolution);
  else noteFiles(entry, definition, checked.options, resolution);
  if (entry.when !== undefined) {
    const compiled = compileFilter(entry.when, resolution.checkPattern);
    if ('fault' in compiled) faults.push({ where: entry.locate(['when']), message: compiled.fault });
  }
  const { name, use, when, maxAgeMs } = entry;
  const own = { ...(when === undefined ? {} : { when }), ...(maxAgeMs === undefined ? {} : { maxAgeMs }) };
  const code = bundle === undefined ? { url } : { url, bundle };
  const imports = definition.kind === 'module' ? definition.imports : undefined;
  return [{ name, use, ...code, options, ...own, ...(imports === undefined ? {} : { imports }) }];
};
