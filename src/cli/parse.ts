import { once } from 'node:events';
import type { Command } from 'commander';
import { escapeJson } from '../escape.js';
import { decodeFrame, type OpenRecord } from '../frontend/decode.js';
import type { FrameSink, Input } from '../inputs/input.js';
import { StdinInput } from '../inputs/stdin.js';
import { StoredFile } from '../inputs/stored-file.js';
import { consoleLog } from './console.js';
import { framingOf } from './replay.js';
import { option } from './stack-options.js';
import { parseSize, parseTimeZone, parseYear } from './values.js';

interface Options {
  readonly format: keyof typeof framingOf;
  readonly maxFrame: number;
  readonly year?: number;
  readonly tz?: string;
}

const example = `
Example:
  $ tocsin parse /var/log/auth.log | head -3
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

/** Prints every frame as a record. */
class PrintSink implements FrameSink {
  #text = '';
  #seq = 0;

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
    this.#text += toLine(decodeFrame({ ...frame, bytes, seq: this.#seq }));
  }

  durable(): Promise<void> {
    return Promise.resolve();
  }

  position(): void {
    // Nothing goes on from here.
  }
}

/** Adds `tocsin parse`. */
export const addParse = (program: Command): void => {
  program
    .command('parse')
    .description('print what the parser makes of stored logs: one JSON record a line')
    .argument('[file...]', 'log files, plain or gzip, or captures; - or none for standard input')
    .addOption(option('--format <format>', 'how the files are cut').choices(Object.keys(framingOf)).default('auto'))
    .addOption(option('--year <year>', 'year of time stamps without one').argParser(parseYear))
    .addOption(option('--tz <zone>', 'time zone of time stamps without one').argParser(parseTimeZone))
    .addOption(option('--max-frame <size>', 'longest record').argParser(parseSize).default(65_536, '64KiB'))
    .addHelpText('after', example)
    .action(async (files: string[], options: Options) => {
      const sink = new PrintSink();
      const { format, maxFrame, year, tz: timeZone } = options;
      const log = consoleLog(process.stderr);
      for (const path of files.length === 0 ? ['-'] : files) {
        const input: Input =
          path === '-'
            ? new StdinInput(sink, { maxFrame, year, timeZone, log })
            : new StoredFile(sink, { path, framing: framingOf[format], maxFrame, year, timeZone });
        await input.start();
        await input.ended;
        await sink.drained();
      }
    });
};
