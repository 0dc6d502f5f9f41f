import type { Command } from 'commander';
import { ConfigurationError, type Fault } from '../fault.js';
import { discover } from '../stack/discover.js';
import { stackExtensions } from '../stack/search-path.js';
import { consoleLog } from './console.js';
import { addStackOptions, namesOf, pathOf, type StackOptions, sayWarnings, stackOf } from './stack-options.js';

const example = `
Example:
  $ tocsin check --stack sshd --stack-dir /etc/tocsin/stacks
`;

/** Adds `tocsin check`. */
export const addCheck = (program: Command): void => {
  const command = program
    .command('check')
    .description('check stacks, options, directives, assets and plugins; print every fault')
    .addHelpText('after', example);
  addStackOptions(command).action(async (options: Partial<StackOptions>) => {
    const found = [...discover(pathOf(options).stacks, stackExtensions).found.keys()].sort();
    const named = namesOf(options);
    const names = named ?? found;
    const stacks = named === undefined ? names.map((name) => [name]) : [names];
    const faults = new Map<string, Fault>();
    const warnings = new Map<string, Fault>();
    // Stacks share modules and files: what is wrong with those is said once.
    const note = (noted: Map<string, Fault>, all: readonly Fault[]): void => {
      for (const fault of all) noted.set(`${fault.where} ${fault.message}`, fault);
    };
    for (const stack of stacks) {
      try {
        note(warnings, (await stackOf({ ...options, stack })).warnings);
      } catch (thrown) {
        if (!(thrown instanceof ConfigurationError)) throw thrown;
        note(faults, thrown.faults);
        note(warnings, thrown.warnings);
      }
    }
    sayWarnings({ warnings: [...warnings.values()] }, consoleLog(process.stderr));
    if (faults.size > 0) throw new ConfigurationError([...faults.values()]);
    process.stdout.write(`${names.join(', ')}: no fault found\n`);
  });
};
