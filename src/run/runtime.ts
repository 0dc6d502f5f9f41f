// Over 250 lines: the parts of a run and the order in which they start, change and end share what one class holds.
import { join } from 'node:path';
import { Dispatcher } from '../dispatch/dispatcher.js';
import { Generations } from '../generations/generations.js';
import { lockDataDir } from '../journal/data-dir-lock.js';
import type { Json } from '../json.js';
import type { Log } from '../module.js';
import type { ResolvedStack } from '../stack/resolve.js';
import { ConfiguredCore } from './configured-core.js';
import { importSpecs } from './file-imports.js';
import type { InputSpec } from './input-spec.js';
import type { HttpSettings, ShownConfiguration } from './http-listeners.js';
import { IoThread } from './io-thread.js';
import type { RunCounters } from './run-counters.js';
import { Supervisor } from './supervisor.js';
import { yieldToReceiving } from './threads.js';
import type { JournalOptions } from './messages.js';

/** What a live run is made of. */
export interface RuntimeOptions {
  readonly stack: ResolvedStack;
  readonly inputs: readonly InputSpec[];
  readonly dataDir: string;
  /** For users' code, in the form in which this process imports it. */
  readonly cacheDir: string;
  readonly logDir: string;
  /** false: frames are kept in memory alone. */
  readonly journal: boolean;
  readonly fsync: JournalOptions['fsync'];
  readonly journalMaxBytes: number;
  readonly keep: JournalOptions['keep'];
  readonly outboxMaxBytes: number;
  readonly checkpointMs: number;
  /** How long the core may be at the same thing, ms; undefined: for ever. */
  readonly watchdogMs: number | undefined;
  readonly capture: string | undefined;
  readonly http: HttpSettings;
  readonly log: Log;
  /** Where listeners show things to people. */
  readonly console: NodeJS.WritableStream;
  /** Something ended that should not have, while stopping too: the run is over. Called once. */
  readonly died: (message: string) => void;
  /** The data directory is not there any more; the run is to be stopped. Called once. */
  readonly dataDirGone: (message: string) => void;
  /** All inputs have ended by themselves (end of stdin). */
  readonly ended: () => void;
}

const deliverWithinMs = 3000;
const tellEveryMs = 250;
const pruneEveryMs = 60_000;

interface RuntimeParts {
  readonly dispatcher: Dispatcher;
  readonly generations: Generations | undefined;
  readonly supervisor: Supervisor;
  readonly unlock: () => Promise<void>;
}

/** The live run: io thread → journal → core thread → outbox → listeners, and what starts, changes and stops them. */
export class Runtime {
  readonly #options: RuntimeOptions;
  readonly #dispatcher: Dispatcher;
  readonly #unlock: () => Promise<void>;
  readonly #generations: Generations | undefined;
  readonly #supervisor: Supervisor;
  readonly #core: ConfiguredCore;
  #io: IoThread | undefined;
  /** The configuration of now; what was received before it changed may still be worked on under the one before. */
  stack: ResolvedStack;
  #prunedAt = -pruneEveryMs;
  #over = false;
  #running = false;
  #dead: string | undefined;
  /** Nothing can be kept any more: a stop must not write into what stands in its place. */
  #dataDirGone = false;

  private constructor(options: RuntimeOptions, parts: RuntimeParts) {
    this.#options = options;
    this.stack = options.stack;
    this.#dispatcher = parts.dispatcher;
    this.#unlock = parts.unlock;
    this.#generations = parts.generations;
    this.#supervisor = parts.supervisor;
    this.#core = new ConfiguredCore({
      ...options,
      generations: parts.generations,
      supervisor: parts.supervisor,
      outbox: parts.dispatcher.outbox,
      answer: (module, result) => this.#io?.tell({ type: 'lookupResult', module, result }),
      checkpoint: (safePosition) => this.#saved(safePosition),
      changed: ({ blocks, position }) => this.#io?.feed(blocks, position),
      died: (message) => {
        this.#io?.tell({ type: 'coreIsGone' });
        this.#die(message);
      },
    });
  }

  /** Starts everything; resolves once all inputs receive. Rejects, having stopped everything, where something cannot start. */
  static async start(options: RuntimeOptions): Promise<Runtime> {
    const lock = await lockDataDir(options.dataDir, (message) => options.log.warn(message));
    const unlock = (): Promise<void> => lock.release();
    let dispatcher: Dispatcher | undefined;
    let runtime: Runtime | undefined;
    try {
      const generations = options.journal ? await Generations.open(options) : undefined;
      await generations?.take(options.stack);
      const dir = options.journal ? options.dataDir : undefined;
      dispatcher = await Dispatcher.open({ ...options, dataDir: dir });
      const told = Number.parseInt(dispatcher.outbox.lastEventId ?? '0', 10);
      const supervisor = await Supervisor.open({ dir, told, log: options.log });
      runtime = new Runtime(options, { dispatcher, generations, supervisor, unlock });
      await runtime.#startThreads();
      if (runtime.#dead !== undefined) throw new Error(runtime.#dead);
      runtime.#running = true;
      yieldToReceiving();
      return runtime;
    } catch (cause) {
      if (runtime !== undefined) await runtime.#abandon();
      else {
        await dispatcher?.close(0);
        await unlock();
      }
      throw cause;
    }
  }

  get listening(): IoThread['listening'] {
    return this.#io?.listening ?? [];
  }

  counters(): RunCounters {
    return {
      io: this.#io?.counters,
      core: this.#core.counters,
      configuration: this.#core.configurationCounters,
      lookups: this.#core.lookupCounters,
      supervisor: this.#supervisor.counters(),
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
   * Goes on with other listeners at once, and with other modules and their options behind what was received before; whether
   * there are such. Without a journal there is no telling what that was: then it refuses. Rejects where it cannot go on so:
   * all stays as it was.
   */
  async change(stack: ResolvedStack, shown: ShownConfiguration): Promise<boolean> {
    const generations = this.#generations;
    if (generations === undefined) throw new Error('without a journal a changed stack needs a restart');
    if (this.#over) throw new Error('the run is ending; the next start takes the changed stack');
    await this.#changeListeners(stack);
    const before = generations.currentId;
    const id = await generations.take(stack);
    this.stack = stack;
    this.#io?.tell({ type: 'configuration', shown });
    if (id !== before) this.#io?.tell({ type: 'generation', id });
    return id !== before;
  }

  /** Stops receiving, works off what there is within seconds, keeps the rest for the next start. */
  async stop(): Promise<void> {
    this.#over = true;
    this.#supervisor.stopping();
    this.#core.settle();
    await this.#io?.stop();
    if (this.#dataDirGone) await this.#core.terminate();
    else await this.#core.stop();
    await this.#dispatcher.close(deliverWithinMs, { save: !this.#dataDirGone });
    if (this.#dataDirGone) return;
    await this.#supervisor.close();
    await this.#unlock();
  }

  async #startThreads(): Promise<void> {
    const {
      inputs,
      dataDir,
      logDir,
      journal,
      fsync,
      journalMaxBytes: maxBytes,
      keep,
      capture,
      http,
      log,
      ended,
    } = this.#options;
    const { blocks, position, positions, receivedAt, generation: atPosition } = await this.#core.start();
    const dir = journal ? join(dataDir, 'journal') : undefined;
    const current = this.#generations?.currentId;
    const generation = current === undefined ? undefined : { current, atPosition };
    const journaled = { dir, fsync, maxBytes, keep };
    const imports = importSpecs(this.stack.modules, logDir);
    const start = { inputs, imports, journal: journaled, position, positions, receivedAt, capture, http, generation };
    this.#io = await IoThread.start({
      start,
      blocks,
      log,
      ended,
      dataDirGone: (message) => {
        this.#dataDirGone = true;
        this.#options.dataDirGone(message);
      },
      generation: (entry) => void this.#generations?.began(entry),
      died: (message) => this.#die(message),
    });
    this.#core.begin();
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

  async #changeListeners(stack: ResolvedStack): Promise<void> {
    try {
      await this.#dispatcher.change(stack, deliverWithinMs);
    } catch (cause) {
      await this.#dispatcher.change(this.stack, deliverWithinMs);
      throw cause;
    }
  }

  /** Now and then what only older entries needed is removed. */
  #saved(safePosition: number): void {
    this.#io?.tell({ type: 'trim', below: safePosition + 1 });
    if (this.#io === undefined || performance.now() - this.#prunedAt < pruneEveryMs) return;
    this.#prunedAt = performance.now();
    void this.#generations?.prune(join(this.#options.dataDir, 'journal'));
  }

  /** A thread is gone, also while stopping. Where the start is not over, it is the start that fails. */
  #die(message: string): void {
    if (this.#dead !== undefined) return;
    this.#dead = message;
    if (this.#running) this.#options.died(message);
  }

  async #abandon(): Promise<void> {
    this.#over = true;
    await Promise.all([this.#io?.terminate(), this.#core.terminate()]);
    await this.#dispatcher.close(0);
    await this.#unlock();
  }
}
