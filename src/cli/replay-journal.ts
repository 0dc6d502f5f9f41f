import { join } from 'node:path';
import type { Command } from 'commander';
import { ConfigurationError } from '../fault.js';
import { type JournalReplayOptions, type JournalReplaySummary, replayJournal } from '../replay/replay-journal.js';
import { JournalError } from '../journal/journal-error.js';
import { type Console, consoleLog } from './console.js';
import { faultOfDirectory } from './directory-fault.js';
import { faultOfOut } from './replay-out.js';

/** What `replay` is told of a journal. */
export interface JournalReplayArguments {
  /** The data directory; true where it was not named. */
  readonly journal?: string | true;
  readonly since?: number;
  readonly until?: number;
  readonly out?: string | undefined;
}

const dataDirOf = (journal: string | true | undefined): string =>
  typeof journal === 'string' ? journal : (process.env['TOCSIN_DATA_DIR'] ?? './data');

const showEveryBytes = 16 * 1024 * 1024;

/** Refuses what cannot be meant: ends with a usage error. */
export const checkJournalArguments = (
  command: Command,
  files: readonly string[],
  options: JournalReplayArguments,
): void => {
  const { journal, since, until, out } = options;
  if (journal === undefined && files.length === 0) {
    command.error("error: missing required argument 'file', or --journal [dir]");
  }
  if (journal !== undefined && files.length > 0) {
    command.error(`error: --journal replays a run, not files: ${files.length} named; one or the other would be right`);
  }
  // What the environment says for other replays is passed over.
  const ofFiles = ['format', 'year', 'maxFrame'].filter((name) => command.getOptionValueSource(name) === 'cli');
  if (journal !== undefined && ofFiles.length > 0) {
    const named = ofFiles.map((name) => (name === 'maxFrame' ? '--max-frame' : `--${name}`)).join(', ');
    command.error(`error: ${named}: for files alone; a journal has its frames as the run received them`);
  }
  if (journal === undefined && (since !== undefined || until !== undefined)) {
    command.error('error: --since and --until are for --journal: they go by the time of receipt');
  }
  if (since !== undefined && until !== undefined && since >= until) {
    command.error('error: --until is not after --since; nothing would be read');
  }
  const fault = out === undefined ? undefined : faultOfOut(out, dataDirOf(journal));
  if (fault !== undefined) command.error(`error: ${fault}`);
};

/** What is wrong with what was replayed, for the exit code; undefined where nothing between its first and last entry is missing. */
export const faultOfJournal = ({ journal }: JournalReplaySummary): JournalError | undefined => {
  const { damaged, missing } = journal;
  if (damaged + missing === 0) return undefined;
  const what = `${damaged} entries are damaged and ${missing} missing (their numbers are said above)`;
  return new JournalError('damaged', `the journal is not whole: ${what}; all others were replayed`);
};

/** @throws ConfigurationError where there is no journal */
const checkJournal = (dataDir: string): void => {
  const fault = faultOfDirectory(join(dataDir, 'journal'));
  if (fault === undefined) return;
  const message = `${dataDir} holds no journal (${fault}); the data directory of a run would be right`;
  throw new ConfigurationError([{ where: '--journal', message }]);
};

/** Replays a run's journal. Rejects where there is none. */
export const runJournalReplay = async (
  options: JournalReplayArguments & Pick<JournalReplayOptions, 'stack' | 'stackAlone' | 'cacheDir' | 'out' | 'watched'>,
  terminal: Console,
): Promise<JournalReplaySummary> => {
  const { journal, since = -Infinity, until = Infinity, ...rest } = options;
  checkJournal(dataDirOf(journal));
  let shown = 0;
  const progress = (bytes: number): void => {
    if (bytes < shown + showEveryBytes) return;
    shown = bytes;
    terminal.live(`replay: ${Math.round(bytes / 2 ** 20)} MiB of the journal`);
  };
  try {
    return await replayJournal({
      ...rest,
      dataDir: dataDirOf(journal),
      span: { since, until },
      log: consoleLog(terminal),
      progress,
    });
  } finally {
    terminal.live('');
  }
};
