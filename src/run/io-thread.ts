import type { MessagePort, Worker } from 'node:worker_threads';
import type { GenerationEntry } from '../journal/generation-entry.js';
import type { Log } from '../module.js';
import type { IoCounters, IoMessage, IoRequest, IoStart } from './messages.js';
import { gate, startThread, watchThread } from './threads.js';

/** What the io thread is started with, and whom it tells what. */
export interface IoThreadOptions {
  readonly start: IoStart;
  /** Where blocks go. */
  readonly blocks: MessagePort;
  readonly log: Log;
  /** The journal has an entry from which on another configuration holds. */
  readonly generation: (entry: GenerationEntry) => void;
  /** It ended, or cannot go on, without being asked to. */
  readonly died: (message: string) => void;
  /** The data directory is not there any more: the run must end. Once. */
  readonly dataDirGone: (message: string) => void;
  /** All inputs have ended by themselves. */
  readonly ended: () => void;
}

/** The io thread as the main thread sees it. */
export class IoThread {
  listening: readonly { readonly name: string; readonly address: string }[] = [];
  counters: IoCounters | undefined;
  readonly #thread: Worker;
  readonly #options: IoThreadOptions;
  readonly #ready = gate();
  readonly #stopped = gate();
  /** It is being ended from here: that it ends then is no news. */
  #ending = false;
  #failure: string | undefined;

  private constructor(options: IoThreadOptions) {
    this.#options = options;
    const { start, blocks: corePort } = options;
    this.#thread = startThread('io-worker', { start, corePort }, corePort);
    this.#thread.on('message', (message: IoMessage) => this.#take(message));
    watchThread(this.#thread, 'io', (message) => this.#over(message));
  }

  /** Starts it; resolves once all inputs receive. Rejects where one cannot. */
  static async start(options: IoThreadOptions): Promise<IoThread> {
    const io = new IoThread(options);
    await io.#ready.passed;
    if (io.#failure === undefined) return io;
    await io.#thread.terminate();
    throw new Error(io.#failure);
  }

  /** Asks it for something. */
  tell(request: Exclude<IoRequest, { readonly type: 'core' | 'stop' }>): void {
    this.#thread.postMessage(request);
  }

  /** Another core goes on behind `position`. */
  feed(blocks: MessagePort, position: number): void {
    this.#thread.postMessage({ type: 'core', port: blocks, position } satisfies IoRequest, [blocks]);
  }

  /** Stops receiving, and resolves when the core has worked off what there is, or will at the next start. */
  async stop(): Promise<void> {
    this.#thread.postMessage({ type: 'stop' } satisfies IoRequest);
    await this.#stopped.passed;
    await this.terminate();
  }

  /** Ends it at once. */
  async terminate(): Promise<void> {
    this.#ending = true;
    await this.#thread.terminate();
  }

  #take(message: IoMessage): void {
    if (message.type === 'ready') {
      this.listening = message.listening;
      this.#ready.pass();
    } else if (message.type === 'failed') this.#over(message.message);
    else if (message.type === 'log') this.#options.log[message.level](message.message);
    else if (message.type === 'generation') this.#options.generation(message.entry);
    else if (message.type === 'counters') this.counters = message.counters;
    else if (message.type === 'ended') this.#options.ended();
    else if (message.type === 'dataDirGone') this.#options.dataDirGone(message.message);
    else this.#stopped.pass();
  }

  #over(message: string): void {
    this.#failure ??= message;
    const starting = this.listening.length === 0;
    this.#ready.pass();
    this.#stopped.pass();
    if (!this.#ending && !starting) this.#options.died(message);
  }
}
