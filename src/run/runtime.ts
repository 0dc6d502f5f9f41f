import { join } from 'node:path';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { Dispatcher, type LaneCounters } from '../dispatch/dispatcher.js';
import { lockDataDir } from '../journal/data-dir-lock.js';
import { messageOf } from '../fault.js';
import type { Log } from '../module.js';
import type { ResolvedStack } from '../stack/resolve.js';
import type { InputSpec } from './input-spec.js';
import type {
  CoreCounters,
  CoreMessage,
  CoreRequest,
  CoreStart,
  IoCounters,
  IoMessage,
  IoRequest,
  IoStart,
  JournalOptions,
  LogMessage,
} from './messages.js';

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
  readonly outboxMaxBytes: number;
  readonly checkpointMs: number;
  readonly capture: string | undefined;
  readonly log: Log;
  /** Where listeners show things to people. */
  readonly console: NodeJS.WritableStream;
  /** Something ended that should not have: the run is over. */
  readonly died: (message: string) => void;
  /** All inputs have ended by themselves (end of stdin). */
  readonly ended: () => void;
}

/** All that is counted. */
export interface RunCounters {
  readonly io: IoCounters | undefined;
  readonly core: CoreCounters | undefined;
  readonly listeners: readonly LaneCounters[];
}

const deliverWithinMs = 3000;

/** The live run: io thread → journal → core thread → outbox → listeners, and what starts and stops them. */
export class Runtime {
  listening: readonly { readonly name: string; readonly address: string }[] = [];
  readonly #options: RuntimeOptions;
  readonly #dispatcher: Dispatcher;
  readonly #unlock: () => Promise<void>;
  #io: Worker | undefined;
  #core: Worker | undefined;
  #ioCounters: IoCounters | undefined;
  #coreCounters: CoreCounters | undefined;
  readonly #stopped = { io: gate(), core: gate() };
  #stopping = false;

  private constructor(options: RuntimeOptions, dispatcher: Dispatcher, unlock: () => Promise<void>) {
    this.#options = options;
    this.#dispatcher = dispatcher;
    this.#unlock = unlock;
  }

  /** Starts everything; resolves once all inputs receive. Rejects, having stopped everything, where something cannot start. */
  static async start(options: RuntimeOptions): Promise<Runtime> {
    const { stack, dataDir, logDir, log, outboxMaxBytes, journal } = options;
    const lock = await lockDataDir(dataDir);
    const unlock = (): Promise<void> => lock.release();
    let runtime: Runtime;
    try {
      const kept = journal ? dataDir : undefined;
      const dispatcher = await Dispatcher.open({
        stack,
        dataDir: kept,
        logDir,
        outboxMaxBytes,
        log,
        console: options.console,
      });
      runtime = new Runtime(options, dispatcher, unlock);
    } catch (cause) {
      await unlock();
      throw cause;
    }
    try {
      await runtime.#startThreads();
    } catch (cause) {
      await runtime.#abandon();
      throw cause;
    }
    return runtime;
  }

  counters(): RunCounters {
    return { io: this.#ioCounters, core: this.#coreCounters, listeners: this.#dispatcher.counters() };
  }

  /** Files are reopened and certificates read again. */
  async reload(): Promise<void> {
    this.#tellIo({ type: 'reload' });
    await this.#dispatcher.reopen(this.#options.log);
  }

  /** Stops receiving, works off what there is within seconds, keeps the rest for the next start. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#tellIo({ type: 'stop' });
    await this.#stopped.io.passed;
    this.#tellCore({ type: 'stop' });
    await this.#stopped.core.passed;
    await this.#dispatcher.close(deliverWithinMs, this.#options.log);
    await Promise.all([this.#io?.terminate(), this.#core?.terminate()]);
    await this.#unlock();
  }

  async #startThreads(): Promise<void> {
    const { stack, inputs, dataDir, journal, checkpointMs, fsync, journalMaxBytes, capture } = this.#options;
    const { port1, port2 } = new MessageChannel();
    const { outbox } = this.#dispatcher;
    const coreStart: CoreStart = {
      stack,
      checkpointDir: journal ? join(dataDir, 'checkpoint') : undefined,
      checkpointMs,
      lastEventId: outbox.lastEventId,
      lastEventNumber: outbox.lastNumber,
    };
    const core = worker('core-worker', { start: coreStart, ioPort: port1 }, [port1]);
    this.#core = core;
    const restored = await new Promise<Pick<IoStart, 'position' | 'positions'>>((resolve, reject) => {
      core.on('message', (message: CoreMessage) => {
        if (message.type === 'ready') resolve(message);
        else if (message.type === 'failed') reject(new Error(message.message));
        else this.#fromCore(message).catch((cause: unknown) => this.#die(messageOf(cause)));
      });
      this.#watch(core, 'core', reject);
    });
    const ioStart: IoStart = {
      inputs,
      journal: { dir: journal ? join(dataDir, 'journal') : undefined, fsync, maxBytes: journalMaxBytes },
      position: restored.position,
      positions: restored.positions,
      capture,
    };
    const io = worker('io-worker', { start: ioStart, corePort: port2 }, [port2]);
    this.#io = io;
    this.listening = await new Promise((resolve, reject) => {
      io.on('message', (message: IoMessage) => {
        if (message.type === 'ready') resolve(message.listening);
        else if (message.type === 'failed') {
          reject(new Error(message.message));
          this.#die(message.message);
        } else this.#fromIo(message);
      });
      this.#watch(io, 'io', reject);
    });
  }

  async #fromCore(message: CoreMessage): Promise<void> {
    switch (message.type) {
      case 'log':
        this.#say(message);
        return;
      case 'counters':
        this.#coreCounters = message.counters;
        return;
      case 'events':
        await this.#dispatcher.outbox.append(message.block);
        this.#tellCore({ type: 'eventsTaken' });
        return;
      case 'areEventsSafe':
        await this.#dispatcher.outbox.sync();
        this.#tellCore({ type: 'eventsSafe' });
        return;
      case 'checkpoint':
        this.#tellIo({ type: 'trim', below: message.safePosition + 1 });
        return;
      case 'stopped':
        this.#stopped.core.pass();
        return;
      case 'ready':
      case 'failed':
        return;
    }
  }

  #fromIo(message: IoMessage): void {
    if (message.type === 'log') this.#say(message);
    else if (message.type === 'counters') this.#ioCounters = message.counters;
    else if (message.type === 'ended') this.#options.ended();
    else if (message.type === 'stopped') this.#stopped.io.pass();
  }

  #say({ level, message }: LogMessage): void {
    this.#options.log[level](message);
  }

  #tellCore(request: CoreRequest): void {
    this.#core?.postMessage(request);
  }

  #tellIo(request: IoRequest): void {
    this.#io?.postMessage(request);
  }

  #watch(thread: Worker, name: 'io' | 'core', reject: (cause: Error) => void): void {
    const over = (message: string): void => {
      reject(new Error(message));
      this.#stopped[name].pass();
      if (!this.#stopping) this.#die(message);
    };
    thread.on('error', (cause: unknown) =>
      over(`the ${name} thread died: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`),
    );
    thread.on('exit', (code) => over(`the ${name} thread ended with exit code ${code}`));
  }

  #die(message: string): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#options.died(message);
  }

  async #abandon(): Promise<void> {
    this.#stopping = true;
    await Promise.all([this.#io?.terminate(), this.#core?.terminate()]);
    await this.#dispatcher.close(0, this.#options.log);
    await this.#unlock();
  }
}

const gate = (): { readonly passed: Promise<void>; readonly pass: () => void } => {
  let pass = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    pass = resolve;
  });
  return { passed, pass: () => pass() };
};

const worker = (name: string, workerData: object, transferList: MessagePort[]): Worker =>
  new Worker(new URL(`./${name}.js`, import.meta.url), {
    name,
    workerData,
    transferList,
  });
