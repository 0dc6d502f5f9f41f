import { once } from 'node:events';
import type { Command } from 'commander';
import { writeEvent } from '../directives/index.js';
import { escapeJson } from '../escape.js';
import { ConfigurationError } from '../fault.js';
import { decodeFrame, type OpenRecord } from '../frontend/decode.js';
import { makeNormalizer } from '../frontend/make-normalizer.js';
import type { FrameSink, Input } from '../inputs/input.js';
import { StdinInput } from '../inputs/stdin.js';
import { StoredFile } from '../inputs/stored-file.js';
import { countedSince } from '../normalize/counters.js';
import type { Normalizer } from '../normalize/index.js';
import { consoleLog } from './console.js';
import { framingOf } from './replay.js';
import { addStackOptions, option, type StackOptions, stackOf } from './stack-options.js';
import { parseFrameSize, parseTimeZone, parseYear } from './values.js';

interface Options extends Partial<StackOptions> {
  readonly normalize?: boolean;
  readonly format: keyof typeof framingOf;
  readonly maxFrame: number;
  readonly year?: number;
  readonly tz?: string;
}

const example = `
Example:
  $ tocsin parse /var/log/auth.log | head -3
  $ tocsin parse --normalize /var/log/auth.log
`;

/** A record as JSON for people and programs: times as ISO 8601 UTC, absent fields left out. */
const toLine = (record: OpenRecord): string => {
  const { time, facility, severity, host, app, pid, msgId, structuredData, message, raw, fault } = record;
  const shown = {
    time: new Date(time).toISOString(),
    ...{ facility, severity, host, app, pid, msgId, structuredData, message, raw, fault },
    ...(record.truncated === true ? { truncated: true } : {}),
  };
  return `${escapeJson(JSON.stringify(shown))}\n`;
};

/** A record's normalized events in dsiem's wire names; `counted` says why there are none, or what of the line could not be used. */
const toNormalizedLine = (record: OpenRecord, normalizer: Normalizer): string => {
  const before = { ...normalizer.counters };
  const events = record.normalized.length > 0 ? record.normalized : normalizer.normalize(record);
  const counted = countedSince(before, normalizer.counters);
  const shown = {
    raw: record.raw,
    normalized: events.map(writeEvent),
    ...(counted.length === 0 ? {} : { counted }),
  };
  return `${escapeJson(JSON.stringify(shown))}\n`;
};

/** Prints every frame as a record, or what it is normalized to. */
class PrintSink implements FrameSink {
  #text = '';
  #seq = 0;
  readonly #normalizer: Normalizer | undefined;

  constructor(normalizer: Normalizer | undefined) {
    this.#normalizer = normalizer;
  }

  get full(): boolean {
    return this.#text.length > 1024 * 1024;
  }

  async drained(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  }

  push(frame: Parameters<FrameSink['push']>[0]): void {
    this.#seq += 1;
    const bytes = Buffer.from(frame.bytes.buffer, frame.bytes.byteOffset, frame.bytes.byteLength);
    const record = decodeFrame({ ...frame, bytes, seq: this.#seq });
    this.#text += this.#normalizer === undefined ? toLine(record) : toNormalizedLine(record, this.#normalizer);
  }

  together(fill: () => void): void {
    fill();
  }

  durable(): Promise<void> {
    return Promise.resolve();
  }

  position(): void {
    // Nothing goes on from here.
  }
}

/** The normalizer of the stacks, of all that have plugins where none is named. */
const normalizerOf = async (options: Options): Promise<Normalizer | undefined> => {
  if (options.normalize !== true) return undefined;
  const stack = await stackOf({ ...options, stack: options.stack ?? ['dsiem'] });
  const normalizer = makeNormalizer(stack);
  if (normalizer !== undefined) return normalizer;
  const message = `no plugin to normalize with in stack ${stack.names.join(',')}; a stack with plugins, such as dsiem, would be right`;
  throw new ConfigurationError([{ where: '--normalize', message }]);
};

/** Adds `tocsin parse`. */
export const addParse = (program: Command): void => {
  const command = program
    .command('parse')
    .description('print what the parser makes of stored logs: one JSON record a line')
    .argument('[file...]', 'log files, plain or gzip, or captures; - or none for standard input')
    .addOption(option('--format <format>', 'how the files are cut').choices(Object.keys(framingOf)).default('auto'))
    .addOption(option('--year <year>', 'year of time stamps without one').argParser(parseYear))
    .addOption(option('--tz <zone>', 'time zone of time stamps without one').argParser(parseTimeZone))
    .addOption(option('--max-frame <size>', 'longest record').argParser(parseFrameSize).default(65_536, '64KiB'))
    .addOption(option('--normalize', 'print the normalized events of each record instead'))
    .addHelpText('after', example);
  addStackOptions(command).action(async (files: string[], options: Options) => {
    const sink = new PrintSink(await normalizerOf(options));
    const { format, maxFrame, year, tz: timeZone } = options;
    const log = consoleLog(process.stderr);
    for (const path of files.length === 0 ? ['-'] : files) {
      const input: Input =
        path === '-'
          ? new StdinInput(sink, { maxFrame, year, timeZone, log })
          : new StoredFile(sink, {
              path,
              framing: framingOf[format],
              normalized: format === 'normalized',
              maxFrame,
              year,
              timeZone,
            });
      await input.start();
      try {
        await input.ended;
      } finally {
        await sink.drained();
      }
    }
  });
};
