import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { Log } from '../module.js';
import { type ResolvedStack, resolveStack } from '../stack/resolve.js';
import { type SearchPath, searchPath } from '../stack/search-path.js';
import { addDsiemOptions, type DsiemOptions, dsiemOverrides } from './dsiem-options.js';
import { collect, collectWhole } from './values.js';

/** Options that say which stacks, and where they are looked for. */
export interface StackOptions extends DsiemOptions {
  readonly stack: readonly string[];
  readonly stackDir?: readonly string[];
  readonly moduleDir?: readonly string[];
  readonly listenerDir?: readonly string[];
  readonly configDir?: string;
  readonly pluginDir?: readonly string[];
  /** Of `run`; else what the environment says. */
  readonly logDir?: string;
}

/** The stacks that run where none is named. */
const defaultStacks = ['sshd', 'dsiem'];

const offWords = new Set(['', '0', 'false', 'no', 'off']);

/** An option that may also stand in the environment as TOCSIN_<NAME>. */
export const option = (flags: string, description: string): Option => {
  const made = new Option(flags, description);
  const variable = `TOCSIN_${made.name().replaceAll('-', '_').toUpperCase()}`;
  // commander takes a flag whose variable is set for on, whatever it is set to.
  if (made.isBoolean() && offWords.has((process.env[variable] ?? '').toLowerCase())) return made;
  return made.env(variable);
};

/** Adds the options of where stacks, modules and listeners lie. */
export const addSearchOptions = (command: Command): Command =>
  command
    .addOption(option('--stack-dir <dir>', 'search stacks here too (repeatable)').argParser(collectWhole))
    .addOption(option('--module-dir <dir>', 'search modules here too (repeatable)').argParser(collectWhole))
    .addOption(option('--listener-dir <dir>', 'search listeners here too (repeatable)').argParser(collectWhole))
    .addOption(option('--config-dir <dir>', 'directives_*.json, assets_*.json, … instead of the shipped ones'))
    .addOption(
      option('--plugin-dir <dir>', 'normalizer plugins beside the shipped ones (repeatable)').argParser(collectWhole),
    );

/** Adds `--stack` and where stacks, modules and listeners lie. */
export const addStackOptions = (command: Command): Command => {
  const standard = `stacks to run, in order (default: ${defaultStacks.join(',')})`;
  return addDsiemOptions(
    addSearchOptions(command.addOption(option('--stack <names>', standard).argParser(collect))),
    option,
  );
};

/** Where stacks, modules and listeners are looked for under these options. */
export const pathOf = (options: Partial<StackOptions>): SearchPath => searchPath({ cwd: process.cwd(), ...options });

let ownDir: string | undefined;

/** A directory of this process alone, gone with it. */
export const temporaryDir = (): string => {
  if (ownDir !== undefined) return ownDir;
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  ownDir = dir;
  return dir;
};

/** The stacks that were named; none where the list is empty, as `TOCSIN_STACK=` gives it. */
export const namesOf = ({ stack = [] }: Partial<StackOptions>): readonly string[] | undefined =>
  stack.length === 0 ? undefined : stack;

/** The stacks of these options, checked; `dsiem`: options of that module that these replace. @throws ConfigurationError with every fault. */
export const stackOf = (
  options: Partial<StackOptions>,
  dsiem: Readonly<Record<string, unknown>> = {},
): Promise<ResolvedStack> =>
  resolveStack({
    names: namesOf(options) ?? defaultStacks,
    path: pathOf(options),
    logDir: options.logDir ?? process.env['TOCSIN_LOG_DIR'] ?? './logs',
    cacheDir: temporaryDir(),
    overrides: { dsiem: { ...dsiem, ...dsiemOverrides(options) } },
  });

/** Says what is doubtful about a stack. */
export const sayWarnings = ({ warnings }: Pick<ResolvedStack, 'warnings'>, log: Log): void => {
  for (const { where, message } of warnings) log.warn(`${where}: ${message}`);
};
