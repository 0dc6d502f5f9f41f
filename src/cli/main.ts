import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { ConfigurationError, messageOf } from '../fault.js';
import { escapeControls } from '../escape.js';
import { InputError } from '../inputs/input.js';
import { JournalError } from '../journal/journal-error.js';
import { packageRoot } from '../stack/search-path.js';
import { addCheck } from './check.js';
import { consoleLog } from './console.js';
import { addLists } from './list.js';
import { addParse } from './parse.js';
import { addReplay } from './replay.js';
import { addRun, RunFailed } from './run.js';
import { sayWarnings } from './stack-options.js';

/** Exit codes (cli.md). */
const exitCodes = { badInput: 1, usage: 2, ourFault: 70 } as const;

const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };

const program = new Command('tocsin')
  .description('Reads logs, notices what matters, and tells whoever must know.')
  .version(version)
  .exitOverride();
addRun(program);
addReplay(program);
addParse(program);
addCheck(program);
addLists(program);
for (const command of program.commands) command.exitOverride();

const isExpected = (thrown: unknown): boolean =>
  thrown instanceof ConfigurationError ||
  thrown instanceof InputError ||
  thrown instanceof RunFailed ||
  thrown instanceof JournalError ||
  ['ENOENT', 'EACCES', 'EISDIR', 'ENOSPC', 'EROFS', 'ENOTDIR', 'EPERM'].includes(
    (thrown as NodeJS.ErrnoException).code ?? '',
  );

const report = (thrown: unknown): number => {
  // commander has said what is wrong; its own exit codes for help and version are 0.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : exitCodes.usage;
  const warnings = thrown instanceof ConfigurationError ? thrown.warnings : [];
  sayWarnings({ warnings }, consoleLog(process.stderr));
  const text = isExpected(thrown) || !(thrown instanceof Error) ? messageOf(thrown) : (thrown.stack ?? thrown.message);
  for (const line of text.split('\n')) process.stderr.write(`tocsin: ${escapeControls(line)}\n`);
  return isExpected(thrown) ? exitCodes.badInput : exitCodes.ourFault;
};

// A reader that stops reading (`| head`) ends the program quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`tocsin: cannot write standard output: ${error.message}\n`);
  process.exit(exitCodes.badInput);
});

try {
  await program.parseAsync();
} catch (thrown) {
  process.exitCode = report(thrown);
}
