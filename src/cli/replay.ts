import { stat } from 'node:fs/promises';
import { Presets, SingleBar } from 'cli-progress';
import { type Command, Option } from 'commander';
import { replay, ReplayCutShort } from '../replay/replay.js';
import type { ReplaySummary } from '../replay/replayed-core.js';
import { Console, consoleLog } from './console.js';
import { parseMoment } from './moment.js';
import {
  checkJournalArguments,
  faultOfJournal,
  type JournalReplayArguments,
  runJournalReplay,
} from './replay-journal.js';
import {
  addStackOptions,
  namesOf,
  option,
  type StackOptions,
  sayWarnings,
  stackOf,
  temporaryDir,
} from './stack-options.js';
import { parseFrameSize, parseTimeZone, parseWatchdog, parseYear } from './values.js';

interface Options extends Partial<StackOptions>, JournalReplayArguments {
  readonly format: keyof typeof framingOf;
  readonly maxFrame: number;
  readonly watchdog: number | 'off';
  readonly year?: number;
  readonly tz?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const example = `
Example:
  $ tocsin replay /var/log/auth.log.1 /var/log/auth.log --stack sshd --out out
  $ tocsin replay --journal ./data --since 2h --stack sshd --out out
No lookup source is asked: intel and vuln sources are for live runs.
`;

/** How each `--format` is cut into frames; what a line is, the parser sees by itself. */
export const framingOf = {
  auto: 'auto',
  syslog: 'lines',
  json: 'lines',
  capture: 'capture',
  normalized: 'lines',
} as const;

const bar = async (files: readonly string[], shown: boolean): Promise<SingleBar | undefined> => {
  if (!shown) return undefined;
  const sizes = await Promise.all(files.map(async (file) => (await stat(file).catch(() => undefined))?.size ?? 0));
  const format = 'replay [{bar}] {percentage}% {value}/{total} bytes, {eta_formatted} to go';
  const made = new SingleBar({ format, stream: process.stderr, clearOnComplete: true }, Presets.legacy);
  made.start(
    sizes.reduce((sum, size) => sum + size, 0),
    0,
  );
  return made;
};

const show = (summary: ReplaySummary): string => {
  const { records, faults, normalized, alarms, seconds, recordsPerSecond, events } = summary;
  const plugins = Object.entries(summary.normalizer ?? {}).filter(([name]) => name !== 'records' && name !== 'events');
  const shown = (counts: readonly (readonly [string, number])[]): string =>
    counts.map(([name, count]) => `${name} ${count}`).join(', ');
  const lines = [
    `${records} records, ${faults} with a fault, ${normalized} normalized events, ${alarms} alarms`,
    ...(plugins.length === 0 ? [] : [`by plugins: ${shown(plugins)}`]),
    ...Object.entries(summary.modules).map(([name, counts]) => `by ${name}: ${shown(Object.entries(counts))}`),
    `${seconds} s, ${recordsPerSecond} records/s`,
    ...Object.entries(events).map(([name, count]) => `${String(count).padStart(10)} ${name}`),
  ];
  return `${lines.join('\n')}\n`;
};

const momentNow = (text: string): number => parseMoment(text, Date.now());

/** Adds `tocsin replay`. */
export const addReplay = (program: Command): void => {
  const command = program
    .command('replay')
    .description('run a stack over stored logs, on the logs’ own clock, or over what a run received')
    .argument('[file...]', 'log files, plain or gzip, or captures; read in this order')
    .addOption(option('--format <format>', 'how the files are cut').choices(Object.keys(framingOf)).default('auto'))
    .addOption(
      option('--year <year>', 'year of time stamps without one (default: nearest to the file’s time)').argParser(
        parseYear,
      ),
    )
    .addOption(
      option('--tz <zone>', 'time zone of time stamps without one (default: this machine’s)').argParser(parseTimeZone),
    )
    .addOption(option('--max-frame <size>', 'longest record').argParser(parseFrameSize).default(65_536, '64KiB'))
    // Without a variable: TOCSIN_JOURNAL is an option of run, and another thing.
    .addOption(new Option('--journal [dir]', 'give again what the run of a data directory gave (default: ./data)'))
    .addOption(option('--since <time>', 'with --journal: received from this time on').argParser(momentNow))
    .addOption(option('--until <time>', 'with --journal: received before this time').argParser(momentNow))
    .addOption(
      option('--watchdog <duration>', 'give up on a module that does not come back for so long; or off')
        .argParser(parseWatchdog)
        .default(30_000, '30s'),
    )
    .addOption(option('--out <dir>', 'write events.jsonl, alarm files and audit/*.csv here, anew'))
    .addOption(option('--json', 'print one summary object'))
    .addHelpText('after', example);
  addStackOptions(command).action(async (files: string[], options: Options) => {
    checkJournalArguments(command, files, options);
    const { format, maxFrame, year, tz: timeZone } = options;
    const resolved = await stackOf(options);
    const stack = timeZone === undefined ? resolved : { ...resolved, timeZone };
    const terminal = new Console();
    const log = consoleLog(terminal);
    sayWarnings(stack, log);
    const watched = { limitMs: options.watchdog === 'off' ? undefined : options.watchdog };
    const say = (summary: ReplaySummary): void => {
      process.stdout.write(options.json === true ? `${JSON.stringify(summary)}\n` : show(summary));
    };
    if (options.journal !== undefined) {
      const parts = { stack, stackAlone: namesOf(options) !== undefined, cacheDir: temporaryDir() };
      const summary = await runJournalReplay({ ...options, ...parts, out: options.out, watched }, terminal);
      say(summary);
      const fault = faultOfJournal(summary);
      if (fault !== undefined) throw fault;
      return;
    }
    const progress = await bar(files, terminal.isTerminal);
    try {
      const summary = await replay({
        stack,
        files: files.map((path) => ({
          path,
          framing: framingOf[format],
          normalized: format === 'normalized',
          maxFrame,
          year,
          timeZone,
        })),
        out: options.out,
        log,
        progress: (bytes) => progress?.update(bytes),
        watched,
      });
      progress?.stop();
      say(summary);
    } catch (thrown) {
      progress?.stop();
      if (thrown instanceof ReplayCutShort) say(thrown.summary);
      throw thrown;
    } finally {
      progress?.stop();
    }
  });
};
