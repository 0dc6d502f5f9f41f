import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../module.js';
import type { ResolvedStack } from '../stack/resolve.js';
import { type DeadLetterCounters, DeadLetters } from './dead-letters.js';
import { type LaneCounters, Lanes, type LanesOptions } from './lanes.js';
import { LanePositions } from './lane-positions.js';
import { Outbox } from './outbox.js';

/** Where and how events are kept and delivered. */
export interface DispatcherOptions {
  readonly stack: ResolvedStack;
  /** Absent: nothing is kept over a restart. */
  readonly dataDir: string | undefined;
  readonly logDir: string;
  readonly outboxMaxBytes: number;
  readonly log: Log;
  /** Where listeners show things to people. */
  readonly console: NodeJS.WritableStream;
}

const saveEveryMs = 1000;

/** Brings events to listeners: one outbox, one lane each. */
export class Dispatcher {
  readonly outbox: Outbox;
  #lanes: Lanes;
  readonly #made: Omit<LanesOptions, 'stack'>;
  readonly #saving: NodeJS.Timeout;

  private constructor(made: Omit<LanesOptions, 'stack'>, lanes: Lanes) {
    this.outbox = made.outbox;
    this.#made = made;
    this.#lanes = lanes;
    this.#saving = setInterval(() => void this.#save(), saveEveryMs);
    lanes.start(made.positions);
  }

  /** Opens the outbox, makes the listeners and starts their lanes where they stopped. */
  static async open(options: DispatcherOptions): Promise<Dispatcher> {
    const { stack, dataDir, logDir, log, outboxMaxBytes } = options;
    const outbox = await Outbox.open({ dir: dataDir && join(dataDir, 'outbox'), maxBytes: outboxMaxBytes, log });
    const positions = await LanePositions.open({
      path: dataDir && join(dataDir, 'listeners.json'),
      newestEvent: outbox.lastNumber,
      log,
    });
    await mkdir(logDir, { recursive: true });
    const deadLetters = await DeadLetters.open({
      path: join(dataDir ?? logDir, 'dead-letter.jsonl'),
      log,
      ...(dataDir === undefined ? {} : { position: (listener) => positions.get(listener)?.event }),
    });
    const made = { outbox, positions, logDir, deadLetters, log, console: options.console };
    const dispatcher = new Dispatcher(made, await Lanes.open({ ...made, stack }));
    // Where a new listener begins: after a crash it would begin behind what happened meanwhile.
    await positions.write();
    return dispatcher;
  }

  counters(): LaneCounters[] {
    return this.#lanes.counters();
  }

  /** What became of the events that listeners refused for good. */
  get deadLetters(): DeadLetterCounters {
    return this.#made.deadLetters.counters;
  }

  /** Listeners reopen their files. */
  reopen(): Promise<void> {
    return this.#lanes.reopen();
  }

  /** Goes on with the listeners of another stack; those of the same name where they were. */
  async change(stack: ResolvedStack, withinMs: number): Promise<void> {
    const busy = await this.#lanes.close(withinMs);
    this.#lanes = await Lanes.open({ ...this.#made, stack });
    this.#lanes.start(this.#made.positions, busy);
    await this.#made.positions.write();
  }

  /** Delivers what there is, for at most so long, and closes. What a listener did not get, it gets at the next start. */
  async close(withinMs: number, { save = true }: { readonly save?: boolean } = {}): Promise<void> {
    clearInterval(this.#saving);
    await this.#lanes.close(withinMs);
    await this.#made.deadLetters.close();
    await this.outbox.close();
    if (save) await this.#made.positions.write();
  }

  async #save(): Promise<void> {
    this.#lanes.save();
    await this.outbox.trim(this.#lanes.delivered(this.outbox.lastNumber));
    // What it has to let go of is set aside by those who lack it; then it goes with the next trim.
    if (this.outbox.surplus > 0) this.#lanes.giveUp(this.outbox.surplus);
  }
}
