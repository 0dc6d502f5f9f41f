import type { Command } from 'commander';
import { escapeControls } from '../escape.js';
import { messageOf } from '../fault.js';
import type { ListenerDefinition } from '../listener.js';
import type { ModuleDefinition } from '../module.js';
import { readRegularFile } from '../read-regular-file.js';
import { optionsSchema } from '../stack/check-options.js';
import { type Discovery, discover, type Found } from '../stack/discover.js';
import { loadDefinition, loadFault } from '../stack/load-definition.js';
import { codeExtensions, type SearchPath, stackExtensions } from '../stack/search-path.js';
import { readStackFile } from '../stack/stack-file.js';
import { addSearchOptions, pathOf, type StackOptions, temporaryDir } from './stack-options.js';

/** What is printed of something that was found. */
interface Listed {
  readonly name: string;
  readonly from: string;
  readonly description?: string;
  readonly fault?: string;
  readonly options?: readonly { readonly name: string; readonly default?: unknown; readonly description?: string }[];
  readonly modules?: readonly string[];
  readonly listeners?: readonly string[];
}

interface Property {
  readonly default?: unknown;
  readonly description?: string;
}

const listStack = ({ name, file }: Found): Listed => {
  let text: string;
  try {
    text = readRegularFile(file).toString('utf8');
  } catch (cause) {
    return { name, from: file, fault: `${file}: cannot be read: ${messageOf(cause)}` };
  }
  const { stack, faults } = readStackFile(file, text);
  if (stack === undefined || faults.length > 0)
    return { name, from: file, fault: faults.map(({ where, message }) => `${where}: ${message}`).join('\n') };
  const { description, modules, listeners } = stack;
  const names = (entries: readonly { readonly name: string }[]): string[] => entries.map((entry) => entry.name);
  return { name, from: file, description, modules: names(modules), listeners: names(listeners) };
};

const listCode = async (found: Found, kind: 'module' | 'listener', cacheDir: string): Promise<Listed> => {
  const { name, file: from } = found;
  try {
    const { definition } = await loadDefinition<ModuleDefinition | ListenerDefinition>(found, kind, cacheDir);
    const properties = Object.entries(optionsSchema(definition.options).properties ?? {}) as [string, Property][];
    const options = properties.map(([option, { default: value, description }]) => ({
      name: option,
      ...(value === undefined ? {} : { default: value }),
      ...(description === undefined ? {} : { description }),
    }));
    return { name, from, description: definition.description, options };
  } catch (cause) {
    return { name, from, fault: loadFault(cause) };
  }
};

const show = ({ name, from, description, fault, options, modules, listeners }: Listed): string => {
  const lines = [`${name}  ${description ?? ''}`.trimEnd(), `  from ${from}`];
  if (fault !== undefined) lines.push(`  cannot be used: ${fault}`);
  if (modules !== undefined) lines.push(`  modules: ${modules.join(', ') || 'none'}`);
  if (listeners !== undefined) lines.push(`  listeners: ${listeners.join(', ') || 'none'}`);
  for (const option of options ?? []) {
    const value = option.default === undefined ? '' : ` (default ${JSON.stringify(option.default)})`;
    lines.push(`  ${option.name}${value}${option.description === undefined ? '' : `: ${option.description}`}`);
  }
  return lines.map((line) => `${escapeControls(line)}\n`).join('');
};

const list = async (kind: 'stacks' | 'modules' | 'listeners', path: SearchPath): Promise<Listed[]> => {
  const extensions = kind === 'stacks' ? stackExtensions : codeExtensions;
  const { found, unreadable }: Discovery = discover(path[kind], extensions);
  for (const where of unreadable) process.stderr.write(`tocsin: warning: ${where}: cannot be searched\n`);
  const sorted = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (kind === 'stacks') return sorted.map(listStack);
  const cacheDir = temporaryDir();
  return Promise.all(sorted.map((one) => listCode(one, kind === 'modules' ? 'module' : 'listener', cacheDir)));
};

/** Adds `tocsin stacks`, `tocsin modules` and `tocsin listeners`. */
export const addLists = (program: Command): void => {
  for (const kind of ['stacks', 'modules', 'listeners'] as const) {
    const command = program
      .command(kind)
      .description(
        `print the ${kind} that were found, from where${kind === 'stacks' ? '' : ', and their options with defaults'}`,
      )
      .option('--json', 'print one JSON array')
      .addHelpText('after', `\nExample:\n  $ tocsin ${kind} --json\n`);
    addSearchOptions(command).action(async (options: Partial<StackOptions> & { json?: boolean }) => {
      const listed = await list(kind, pathOf(options));
      process.stdout.write(
        options.json === true ? `${JSON.stringify(listed, null, 2)}\n` : listed.map(show).join('\n'),
      );
    });
  }
};
