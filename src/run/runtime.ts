import { join } from 'node:path';
import type { DeadLetterCounters } from '../dispatch/dead-letters.js';
import { Dispatcher } from '../dispatch/dispatcher.js';
import type { LaneCounters } from '../dispatch/lanes.js';
import { lockDataDir } from '../journal/data-dir-lock.js';
import { loadLookupSources } from '../lookups/load-sources.js';
import { LookupService } from '../lookups/lookup-service.js';
import type { LookupCounters } from '../lookups/source-counters.js';
import type { Json } from '../json.js';
import type { Log } from '../module.js';
import type { ResolvedStack } from '../stack/resolve.js';
import { CoreThread } from './core-thread.js';
import type { InputSpec } from './input-spec.js';
import type { HttpSettings } from './http-listeners.js';
import { IoThread } from './io-thread.js';
import { yieldToReceiving } from './threads.js';
import type { CoreCounters, IoCounters, JournalOptions } from './messages.js';

/** What a live run is made of. */
export interface RuntimeOptions {
  readonly stack: ResolvedStack;
  readonly inputs: readonly InputSpec[];
  readonly dataDir: string;
  readonly logDir: string;
  /** false: frames are kept in memory alone. */
  readonly journal: boolean;
  readonly fsync: JournalOptions['fsync'];
  readonly journalMaxBytes: number;
  readonly keep: JournalOptions['keep'];
  readonly outboxMaxBytes: number;
  readonly checkpointMs: number;
  readonly capture: string | undefined;
  readonly http: HttpSettings;
  readonly log: Log;
  /** Where listeners show things to people. */
  readonly console: NodeJS.WritableStream;
  /** Something ended that should not have, while stopping too: the run is over. Called once. */
  readonly died: (message: string) => void;
  /** All inputs have ended by themselves (end of stdin). */
  readonly ended: () => void;
}

/** All that is counted. */
export interface RunCounters {
  readonly io: IoCounters | undefined;
  readonly core: CoreCounters | undefined;
  readonly lookups: LookupCounters | undefined;
  readonly listeners: readonly LaneCounters[];
  readonly deadLetters: DeadLetterCounters;
}

const deliverWithinMs = 3000;
const tellEveryMs = 250;

/** The live run: io thread → journal → core thread → outbox → listeners, and what starts, changes and stops them. */
export class Runtime {
  readonly #options: RuntimeOptions;
  readonly #dispatcher: Dispatcher;
  readonly #unlock: () => Promise<void>;
  #io: IoThread | undefined;
  #core: CoreThread | undefined;
  #lookups: LookupService | undefined;
  /** What runs now. */
  stack: ResolvedStack;
  #over = false;
  #running = false;
  #dead: string | undefined;

  private constructor(options: RuntimeOptions, dispatcher: Dispatcher, unlock: () => Promise<void>) {
    this.#options = options;
    this.stack = options.stack;
    this.#dispatcher = dispatcher;
    this.#unlock = unlock;
  }

  /** Starts everything; resolves once all inputs receive. Rejects, having stopped everything, where something cannot start. */
  static async start(options: RuntimeOptions): Promise<Runtime> {
    const lock = await lockDataDir(options.dataDir);
    const unlock = (): Promise<void> => lock.release();
    let runtime: Runtime | undefined;
    try {
      const dispatcher = await Dispatcher.open({ ...options, dataDir: options.journal ? options.dataDir : undefined });
      runtime = new Runtime(options, dispatcher, unlock);
      await runtime.#startThreads();
      if (runtime.#dead !== undefined) throw new Error(runtime.#dead);
      runtime.#running = true;
      yieldToReceiving();
      return runtime;
    } catch (cause) {
      await (runtime === undefined ? unlock() : runtime.#abandon());
      throw cause;
    }
  }

  get listening(): IoThread['listening'] {
    return this.#io?.listening ?? [];
  }

  counters(): RunCounters {
    return {
      io: this.#io?.counters,
      core: this.#core?.counters,
      lookups: this.#lookups?.counters(),
      listeners: this.#dispatcher.counters(),
      deadLetters: this.#dispatcher.deadLetters,
    };
  }

  /** Files are reopened and certificates read again. */
  async reopen(): Promise<void> {
    this.#io?.tell({ type: 'reload' });
    await this.#dispatcher.reopen();
  }

  /**
   * Goes on with other modules, options and listeners, where the last checkpoint was; receiving goes on meanwhile.
   * Without a journal there is nothing to go on from: then it refuses. Rejects where the new core cannot start: the run is over then.
   */
  async change(stack: ResolvedStack): Promise<void> {
    if (!this.#options.journal) throw new Error('without a journal a changed stack needs a restart');
    if (this.#over) throw new Error('the run is ending; the next start takes the changed stack');
    this.stack = stack;
    // What it leaves unanswered, the new core asks again.
    this.#lookups?.close();
    await this.#core?.stop();
    await this.#dispatcher.change(stack, deliverWithinMs);
    const core = await this.#startCore(stack);
    this.#io?.feed(core.blocks, core.position);
    this.#lookups?.start();
  }

  /** Stops receiving, works off what there is within seconds, keeps the rest for the next start. */
  async stop(): Promise<void> {
    this.#over = true;
    this.#lookups?.close();
    await this.#io?.stop();
    await this.#core?.stop();
    await this.#dispatcher.close(deliverWithinMs);
    await this.#unlock();
  }

  async #startThreads(): Promise<void> {
    const {
      stack,
      inputs,
      dataDir,
      journal,
      fsync,
      journalMaxBytes: maxBytes,
      keep,
      capture,
      http,
      log,
      ended,
    } = this.#options;
    const { blocks, position, positions } = await this.#startCore(stack);
    const dir = journal ? join(dataDir, 'journal') : undefined;
    const start = { inputs, journal: { dir, fsync, maxBytes, keep }, position, positions, capture, http };
    this.#io = await IoThread.start({ start, blocks, log, ended, died: (message) => this.#die(message) });
    this.#lookups?.start();
    if (inputs.some(({ kind }) => kind === 'http')) this.#tellCounters();
  }

  /** HTTP is served by the io thread, which knows no counters but its own. */
  #tellCounters(): void {
    const tell = (): void => {
      if (!this.#over) this.#io?.tell({ type: 'counters', counters: this.counters() as unknown as Json });
    };
    tell();
    setInterval(tell, tellEveryMs).unref();
  }

  async #startCore(stack: ResolvedStack): Promise<CoreThread> {
    const { dataDir, journal, checkpointMs, log } = this.#options;
    const lookups = new LookupService({
      sources: loadLookupSources(stack.files).sources,
      answer: (module, result) => this.#io?.tell({ type: 'lookupResult', module, result }),
      log,
    });
    this.#lookups = lookups;
    this.#core = await CoreThread.start({
      start: { stack, checkpointDir: journal ? join(dataDir, 'checkpoint') : undefined, checkpointMs },
      outbox: this.#dispatcher.outbox,
      log,
      lookup: (request, module) => lookups.ask(request, module),
      checkpoint: (safePosition) => this.#io?.tell({ type: 'trim', below: safePosition + 1 }),
      died: (message) => this.#die(message),
    });
    return this.#core;
  }

  /** A thread is gone, also while stopping. Where the start is not over, it is the start that fails. */
  #die(message: string): void {
    if (this.#dead !== undefined) return;
    this.#dead = message;
    if (this.#running) this.#options.died(message);
  }

  async #abandon(): Promise<void> {
    this.#over = true;
    this.#lookups?.close();
    await Promise.all([this.#io?.terminate(), this.#core?.terminate()]);
    await this.#dispatcher.close(0);
    await this.#unlock();
  }
}
