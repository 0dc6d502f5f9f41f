import { type Core, noteCoreState } from '../frontend/core.js';
import { UnsavedState } from './unsaved-state.js';
import { CheckpointLog } from '../journal/checkpoint-log.js';
import type { Log } from '../module.js';

/** Entries given out between two turns of the event loop. */
const sliceEntries = 500;

/** What is kept beside the memory of modules. */
interface Extra {
  readonly generation?: string;
}

/** What a checkpoint holds, and up to where no entry is needed any more, whichever checkpoint a restart finds. */
export interface Committed {
  readonly position: number;
  readonly safePosition: number;
}

/** Brings what changed in the core's memory to disk, in slices between batches, together with the journal position it belongs to. */
export class Checkpointer {
  /** State of the last checkpoint: module, key, JSON. */
  readonly restored: readonly (readonly [module: string, key: string, json: string])[];
  position: number;
  /** The configuration under which the entries behind the position came; undefined where it is not known. */
  generation: string | undefined;
  commits = 0;
  readonly #store: CheckpointLog | undefined;
  readonly #eventsAreSafe: () => Promise<void>;
  readonly #log: Log;
  #core: Core | undefined;
  #seq: number;
  #toldSafe = 0;
  #running: Promise<unknown> = Promise.resolve();

  private constructor(options: {
    store: CheckpointLog | undefined;
    restored: Checkpointer['restored'];
    position: number;
    generation?: string | undefined;
    eventsAreSafe: () => Promise<void>;
    log: Log;
  }) {
    this.#store = options.store;
    this.restored = options.restored;
    this.position = options.position;
    this.generation = options.generation;
    this.#seq = options.position;
    this.#eventsAreSafe = options.eventsAreSafe;
    this.#log = options.log;
  }

  static async open(options: {
    readonly dir: string | undefined;
    readonly log: Log;
    /** Resolves when all events dispatched so far are on disk. */
    readonly eventsAreSafe: () => Promise<void>;
  }): Promise<Checkpointer> {
    const { dir, eventsAreSafe, log } = options;
    if (dir === undefined) return new Checkpointer({ store: undefined, restored: [], position: 0, eventsAreSafe, log });
    const onCompactionFailed = (error: Error): void => log.warn(`checkpoint: ${error.message}; trying again later`);
    const store = await CheckpointLog.open({ dir, onCompactionFailed });
    const loaded = await store.load();
    for (const damage of store.damage.setAside) log.error(`checkpoint: ${damage}`);
    if (store.damage.cutBytes > 0)
      log.warn(`checkpoint: ${store.damage.cutBytes} bytes of an unfinished write were cut off`);
    const { entries: restored, position, extra } = loaded ?? { entries: [], position: 0, extra: null };
    const { generation } = (extra ?? {}) as Extra;
    return new Checkpointer({ store, restored, position, generation, eventsAreSafe, log });
  }

  attach(core: Core): void {
    this.#core = core;
  }

  /** The core has worked on all entries up to here. */
  workedOn(seq: number): void {
    this.#seq = seq;
  }

  /** Writes a checkpoint of now, after any under way; undefined where nothing happened since the last. Rejects where it cannot be written; what it held stays due. */
  commit(): Promise<Committed | undefined> {
    const run = this.#running.then(() => this.#commit());
    this.#running = run.catch(() => undefined); // Its caller is told.
    return run;
  }

  /**
   * The journal wants room: entries below this number should be let go as soon as may be. Resolves once that has been tried,
   * with what is safe now where that was not told yet: no other commit may follow while nothing can be written.
   */
  async releaseUpTo(seq: number): Promise<Committed | undefined> {
    const store = this.#store;
    store?.releaseUpTo(seq);
    await store?.settled();
    return store === undefined || store.safePosition <= this.#toldSafe ? undefined : this.#tell(store);
  }

  async close(): Promise<void> {
    await this.#running;
    await this.#store?.close();
  }

  async #commit(): Promise<Committed | undefined> {
    const core = this.#core;
    const position = this.#seq;
    const extra: Extra = this.generation === undefined ? {} : { generation: this.generation };
    if (core === undefined || this.#store === undefined || position === this.position) return undefined;
    noteCoreState(core);
    const writer = this.#store.begin();
    const given = new Map<string, string[]>([...core.states.keys()].map((name) => [name, []]));
    const unsaved = new UnsavedState();
    for (const state of core.states.values()) {
      state.beginCheckpoint(
        (module, key, json) => {
          given.get(module)?.push(key);
          writer.write(module, key, json);
        },
        (module, key, reason) => unsaved.note(module, key, reason),
      );
    }
    try {
      // From here on the core may work on: what changes is given out as it was first.
      for (const [name, state] of core.states) {
        while (core.runner.saves(name, () => state.slice(sliceEntries)) > 0)
          await new Promise((resolve) => setImmediate(resolve));
      }
      await this.#eventsAreSafe();
      await writer.commit(position, { ...extra });
    } catch (cause) {
      for (const [name, keys] of given) core.states.get(name)?.abandon(keys);
      throw cause;
    }
    unsaved.say(this.#log);
    this.position = position;
    this.commits += 1;
    return this.#tell(this.#store);
  }

  #tell({ safePosition }: CheckpointLog): Committed {
    this.#toldSafe = safePosition;
    return { position: this.position, safePosition };
  }
}
