import { resolve } from 'node:path';
import { defineListener, type Event, type Listener, type ListenerContext, type Severity } from 'tocsin';
import winston from 'winston';
import { eventMessage, type MessageOptions } from './logback/event-message.js';
import { LineSink } from './logback/line-sink.js';
import { type LogbackOptions, options } from './logback/options.js';
import { RotatingStream } from './logback/rotating-stream.js';
import { withinLimit } from './logback/within-limit.js';

const levels: Readonly<Record<Severity, number>> = { error: 0, warning: 1, notice: 2 };

class Logback implements Listener {
  readonly #options: LogbackOptions;
  readonly #context: ListenerContext;
  readonly #file: RotatingStream | undefined;
  readonly #sinks: readonly LineSink[];
  readonly #logger: winston.Logger;
  readonly #messages: MessageOptions;
  readonly #faultyClasses = new Set<string>();
  #consoleFailed = false;

  constructor(given: LogbackOptions, context: ListenerContext) {
    this.#options = given;
    this.#context = context;
    this.#messages = { format: given.format, templateFailed: this.#templateFailed };
    const sinks: LineSink[] = [];
    if (given.console) {
      context.console.on('error', this.#onConsoleError);
      sinks.push(new LineSink(context.console, () => context.metrics.count('console_lost')));
    }
    if (given.file !== undefined) {
      this.#file = new RotatingStream({ ...given, path: resolve(context.logDir, given.file) }, context);
      sinks.push(new LineSink(this.#file, () => context.metrics.count('file_lost')));
    }
    this.#sinks = sinks;
    this.#logger = winston.createLogger({
      levels: { ...levels },
      level: given.level,
      format: winston.format((info) => info)(),
      transports: sinks.map(({ transport }) => transport),
    });
    this.#logger.on('error', (error) => context.log.error(`winston failed: ${String(error)}`));
  }

  handle(event: Event): void | Promise<void> {
    if (levels[event.severity] > levels[this.#options.level]) {
      this.#context.metrics.count('below_level');
      return undefined;
    }
    const message = eventMessage(event, this.#messages);
    for (const sink of this.#sinks) sink.expect();
    if (this.#logger.write({ level: event.severity, message })) return undefined;
    return new Promise((go) => this.#logger.once('drain', () => go()));
  }

  async flush(): Promise<void> {
    await Promise.all(this.#sinks.map((sink) => sink.settled()));
    this.#file?.retry();
  }

  async reopen(): Promise<void> {
    await this.flush();
    await this.#file?.reopen();
  }

  async close(): Promise<void> {
    const { closeLimitMs } = this.#options;
    await withinLimit(this.flush(), closeLimitMs);
    const left = this.#sinks.reduce((sum, { underWay }) => sum + underWay, 0);
    if (left > 0) {
      this.#context.metrics.count('given_up', left);
      this.#context.log.error(`${left} lines were not written within ${closeLimitMs} ms and are given up`);
    }
    this.#logger.close();
    const file = this.#file;
    if (file !== undefined) await withinLimit(new Promise((done) => file.end(() => done())), closeLimitMs);
    this.#context.console.off('error', this.#onConsoleError);
  }

  readonly #onConsoleError = (error: Error): void => {
    if (this.#consoleFailed) return;
    this.#consoleFailed = true;
    this.#context.log.error(`cannot write to the console: ${error.message}; lines for it are counted as console_lost`);
  };

  readonly #templateFailed = (event: Event, error: unknown): void => {
    this.#context.metrics.count('template_failed');
    if (this.#faultyClasses.has(event.class.name)) return;
    this.#faultyClasses.add(event.class.name);
    this.#context.log.warn(`${String(error)}; its summary is shown instead`);
  };
}

/** Writes events for people to read: on the console, and into a rotating file. */
export default defineListener({
  name: 'logback',
  description: 'Events for people to read, on the console and in a rotating file',
  options,
  // A date comes into the name, at its end where it has no place for it.
  writes: ({ file }) =>
    file === undefined ? [] : [file.includes('%DATE%') ? file.replace('%DATE%', '*') : `${file}.*`],
  create: (given, context) => new Logback(given, context),
});
