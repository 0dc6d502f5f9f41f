import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import type { Outbox } from '../dispatch/outbox.js';
import { messageOf } from '../fault.js';
import { AtWork } from '../frontend/at-work.js';
import type { TakeLookup } from '../frontend/stack-runner.js';
import type { Log } from '../module.js';
import type { CoreConfiguration, CoreCounters, CoreMessage, CoreRequest, CoreStart, IoStart } from './messages.js';
import { ConfigurationRefused } from './configuration-refused.js';
import type { CoreEnd } from './judge.js';
import type { PoisonedEntry } from './poison-file.js';
import { gate, startThread, watchThread } from './threads.js';
import { Watchdog } from './watchdog.js';

/** What a core thread is started with, and whom it tells what. */
export interface CoreThreadOptions {
  readonly start: Omit<CoreStart, 'lastEventId' | 'lastEventNumber' | 'atWork'>;
  readonly outbox: Outbox;
  readonly log: Log;
  readonly lookup: TakeLookup;
  /** What it runs under, when its last checkpoint is of this entry and generation; undefined: not known. */
  readonly configuration: (generation: string | undefined, position: number) => Promise<CoreConfiguration>;
  /** It has come to where another configuration begins, and does nothing more. */
  readonly otherConfiguration: () => void;
  /** It has passed over an entry that was set aside. */
  readonly setAside: (entry: PoisonedEntry) => void;
  /** A checkpoint was written of what was worked on up to `position`: journal entries up to `safePosition` are not needed any more. */
  readonly checkpoint: (safePosition: number, position: number) => void;
  /** How long it may be at the same thing before it is ended, ms; undefined: for ever. */
  readonly watchdogMs: number | undefined;
  /** It ended without being asked to; all it had said was heard. */
  readonly ended: (core: CoreThread, end: CoreEnd) => void;
  /** What it gave cannot be kept: no other can go on either. */
  readonly died: (message: string) => void;
}

/** The core thread as the main thread sees it: events come out of it, and are stored before it may forget them. */
export class CoreThread {
  /** Where blocks go in. */
  readonly blocks: MessagePort;
  /** The core has worked on everything up to here when it starts. */
  position = 0;
  /** The configuration under which the entries behind that came, as the checkpoint says. */
  generation: string | undefined;
  positions: IoStart['positions'] = [];
  /** What the wall showed when that was received. */
  receivedAt = 0;
  /** Names of the normalizer's patterns, by number. */
  patterns: readonly string[] = [];
  counters: CoreCounters | undefined;
  readonly #atWork = new AtWork();
  readonly #thread: Worker;
  readonly #options: CoreThreadOptions;
  readonly #ready = gate();
  readonly #stopped = gate();
  /** It is being ended from here: that it ends then is no news. */
  #ending = false;
  #failure: string | undefined;
  #watchdog: Watchdog | undefined;
  #stoodMs: number | undefined;
  #configured = false;
  #saidWhy = false;
  /** It could not start under its configuration. */
  #refused = false;
  #started = false;

  private constructor(options: CoreThreadOptions) {
    this.#options = options;
    const { port1, port2 } = new MessageChannel();
    const { lastEventId, lastNumber: lastEventNumber } = options.outbox;
    const start: CoreStart = { ...options.start, lastEventId, lastEventNumber, atWork: this.#atWork.shared };
    this.blocks = port2;
    this.#thread = startThread('core-worker', { start, ioPort: port1 }, port1);
    this.#thread.on('message', (message: CoreMessage) => {
      this.#take(message).catch((cause: unknown) => {
        this.#options.died(`cannot go on: ${messageOf(cause)}`);
        this.#stopped.pass(); // It gets no answer, and would wait for one before it ends.
      });
    });
    watchThread(this.#thread, 'core', (message) => (this.#failure ??= message));
    this.#thread.once('exit', () => this.#exited());
  }

  /** Starts it where its last checkpoint was. Rejects where it cannot start. @throws ConfigurationRefused where another configuration may do */
  static async start(options: CoreThreadOptions): Promise<CoreThread> {
    const core = new CoreThread(options);
    await core.#ready.passed;
    if (core.#failure === undefined) return core;
    await core.#thread.terminate();
    throw core.#refused ? new ConfigurationRefused(core.#failure) : new Error(core.#failure);
  }

  /** Ends it at the next block, behind a last checkpoint; all its events are stored. Rejects, having ended it, where they cannot be. */
  async stop(): Promise<void> {
    this.#tell({ type: 'stop' });
    await this.#stopped.passed;
    try {
      await this.#options.outbox.sync();
    } finally {
      await this.terminate();
    }
  }

  /** Ends it at once. */
  async terminate(): Promise<void> {
    this.#ending = true;
    this.#watchdog?.stop();
    await this.#thread.terminate();
  }

  async #take(message: CoreMessage): Promise<void> {
    const { outbox, log, lookup, checkpoint } = this.#options;
    switch (message.type) {
      case 'restored':
        this.generation = message.generation;
        await this.#configure(message.position);
        return;
      case 'otherConfiguration':
        this.#options.otherConfiguration();
        return;
      case 'ready':
        this.position = message.position;
        this.positions = message.positions;
        this.receivedAt = message.receivedAt;
        this.patterns = message.patterns;
        this.#started = true;
        this.#watch();
        this.#ready.pass();
        return;
      case 'failed':
        this.#failed(message.message, message.byConfiguration === true);
        return;
      case 'setAside':
        this.#options.setAside(message.entry);
        return;
      case 'log':
        log[message.level](message.message);
        return;
      case 'counters':
        this.counters = message.counters;
        return;
      case 'events':
        await outbox.append(message.block, message.lastEventId);
        this.#tell({ type: 'eventsTaken' });
        return;
      case 'lookup':
        lookup(message.request, message.module);
        return;
      case 'areEventsSafe':
        await outbox.sync();
        this.#tell({ type: 'eventsSafe' });
        return;
      case 'checkpoint':
        checkpoint(message.safePosition, message.position);
        return;
      case 'cannotSave':
        this.#options.died(message.message);
        return;
      case 'stopped':
        this.#stopped.pass();
    }
  }

  async #configure(position: number): Promise<void> {
    try {
      const configuration = await this.#options.configuration(this.generation, position);
      this.#configured = true;
      this.#tell({ type: 'configuration', ...configuration });
    } catch (cause) {
      this.#failed(messageOf(cause), false);
    }
  }

  #failed(message: string, byConfiguration: boolean): void {
    this.#saidWhy = true;
    this.#refused = byConfiguration;
    this.#failure ??= message;
    this.#ready.pass();
  }

  #watch(): void {
    const { watchdogMs: limitMs } = this.#options;
    if (limitMs === undefined) return;
    const hangs = (): void => {
      this.#stoodMs = limitMs;
      void this.#thread.terminate();
    };
    this.#watchdog = new Watchdog({ look: () => this.#atWork.look(), limitMs, hangs });
  }

  #exited(): void {
    this.#watchdog?.stop();
    // A module can end the thread while it is created.
    if (this.#configured && !this.#saidWhy) this.#refused = true;
    this.#ready.pass();
    this.#stopped.pass();
    // What fails to start, its starter is told of.
    if (!this.#started || this.#ending) return;
    const message = this.#failure ?? 'the core thread ended';
    this.#options.ended(this, { message, pulse: this.#atWork.look(), stoodMs: this.#stoodMs });
  }

  #tell(request: CoreRequest): void {
    this.#thread.postMessage(request);
  }
}
