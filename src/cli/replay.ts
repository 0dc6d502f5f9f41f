import { stat } from 'node:fs/promises';
import { Presets, SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { replay, type ReplaySummary } from '../replay/replay.js';
import { Console, consoleLog } from './console.js';
import { addStackOptions, option, type StackOptions, sayWarnings, stackOf } from './stack-options.js';
import { parseFrameSize, parseTimeZone, parseYear } from './values.js';

interface Options extends Partial<StackOptions> {
  readonly format: keyof typeof framingOf;
  readonly maxFrame: number;
  readonly year?: number;
  readonly tz?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const example = `
Example:
  $ tocsin replay /var/log/auth.log.1 /var/log/auth.log --stack sshd --out out
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
  const lines = [
    `${records} records, ${faults} with a fault, ${normalized} normalized events, ${alarms} alarms`,
    `${seconds} s, ${recordsPerSecond} records/s`,
    ...Object.entries(events).map(([name, count]) => `${String(count).padStart(10)} ${name}`),
  ];
  return `${lines.join('\n')}\n`;
};

/** Adds `tocsin replay`. */
export const addReplay = (program: Command): void => {
  const command = program
    .command('replay')
    .description('run a stack over stored logs, on the logs’ own clock')
    .argument('<file...>', 'log files, plain or gzip, or captures; read in this order')
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
    .addOption(option('--out <dir>', 'write events.jsonl, alarm files and audit/*.csv here, anew'))
    .addOption(option('--json', 'print one summary object'))
    .addHelpText('after', example);
  addStackOptions(command).action(async (files: string[], options: Options) => {
    const stack = await stackOf(options);
    const terminal = new Console();
    const log = consoleLog(terminal);
    sayWarnings(stack, log);
    const progress = await bar(files, terminal.isTerminal);
    const { format, maxFrame, year, tz: timeZone } = options;
    try {
      const summary = await replay({
        stack: timeZone === undefined ? stack : { ...stack, timeZone },
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
      });
      progress?.stop();
      process.stdout.write(options.json === true ? `${JSON.stringify(summary)}\n` : show(summary));
    } finally {
      progress?.stop();
    }
  });
};
