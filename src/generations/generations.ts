import type { GenerationEntry } from '../journal/generation-entry.js';
import { oldestKept } from '../journal/oldest-kept.js';
import type { Log } from '../module.js';
import type { CoreStack } from '../stack/resolve.js';
import { shortId } from './generation.js';
import type { GenerationStore } from './generation-store.js';
import type { GenerationHistory } from './history.js';
import { type GenerationsOptions, type KeptGenerations, readKept } from './kept-generations.js';

/** What works on frames, and what they came under. */
export interface ChosenGeneration {
  /** The generation under which the frames came. */
  readonly cameUnder: string;
  /** The generation that works on them: another one where theirs cannot be used. */
  readonly id: string;
  readonly stack: CoreStack;
}

type Kept = Pick<ChosenGeneration, 'id' | 'stack'>;

/** The configurations of a run: the one of now, those that waiting frames came under, and which of them can be used. */
export class Generations {
  readonly #store: GenerationStore;
  readonly #history: GenerationHistory;
  readonly #log: Log;
  /** Why a generation cannot be used although it is whole. */
  readonly #failures = new Map<string, string>();
  /** Taken, and not known to be in the journal yet. */
  readonly #pending = new Set<string>();
  #current: Kept | undefined;
  /** What ran last. */
  #working: Kept | undefined;

  private constructor({ store, history, log }: KeptGenerations) {
    this.#store = store;
    this.#history = history;
    this.#log = log;
  }

  /** Makes the directory where there is none. Rejects where it cannot be used. */
  static async open(options: GenerationsOptions): Promise<Generations> {
    const kept = await readKept(options);
    await kept.store.open();
    return new Generations(kept);
  }

  /** The configuration of now. */
  get currentId(): string | undefined {
    return this.#current?.id;
  }

  /** Keeps the configuration of now; resolves with its id once it is safe on disk. */
  async take(stack: CoreStack): Promise<string> {
    const id = await this.#store.save(stack);
    this.#current = { id, stack };
    this.#pending.add(id);
    this.#failures.delete(id);
    return id;
  }

  /** What works on frames that came under a generation; where that is not known, the configuration of now. Rejects where nothing can. */
  async choose(wanted: string | undefined): Promise<ChosenGeneration> {
    const current = this.#current;
    const cameUnder = wanted ?? current?.id;
    if (cameUnder === undefined) throw new Error('no configuration was taken before one was asked for');
    const failure = this.#failures.get(cameUnder);
    const loaded = failure === undefined ? await this.#load(cameUnder) : { fault: failure };
    if ('stack' in loaded) return { cameUnder, id: cameUnder, stack: loaded.stack };
    const other = this.#substituteFor(cameUnder);
    const refused = `the configuration ${shortId(cameUnder)} cannot be used: ${loaded.fault}`;
    if (other === undefined) throw new Error(refused);
    this.#log.error(`${refused}; what came under it is worked on under the configuration ${shortId(other.id)}`);
    return { cameUnder, ...other };
  }

  /** The one chosen runs. */
  runs({ id, stack }: ChosenGeneration): void {
    this.#working = { id, stack };
  }

  /** The one chosen cannot run; whether there is another for what came under it. */
  failed({ cameUnder, id }: ChosenGeneration, why: string): boolean {
    this.#failures.set(id, why);
    return this.#substituteFor(cameUnder) !== undefined;
  }

  /** The journal has an entry from which on a generation holds; resolves once that is noted. */
  async began({ seq, id }: GenerationEntry): Promise<void> {
    await this.#history.note({ from: seq, id });
    this.#pending.delete(id);
  }

  /** Removes what no entry of the journal in this directory came under. Never rejects: what stays is said. */
  async prune(journalDir: string): Promise<void> {
    try {
      const firstSeq = await oldestKept(journalDir);
      if (firstSeq === undefined) return;
      await this.#history.forget(firstSeq);
      const needed = new Set([...this.#history.ids, ...this.#pending]);
      for (const kept of [this.#current, this.#working]) if (kept !== undefined) needed.add(kept.id);
      for (const id of await this.#store.list()) if (!needed.has(id)) await this.#store.remove(id);
    } catch (cause) {
      this.#log.warn(`configurations that are not needed any more could not be removed: ${String(cause)}`);
    }
  }

  /** A whole one that fails is best replaced by what ran before it, one that is lost by that of now. */
  #substituteFor(id: string): Kept | undefined {
    const order = this.#failures.has(id) ? [this.#working, this.#current] : [this.#current, this.#working];
    return order.find((kept) => kept !== undefined && kept.id !== id && !this.#failures.has(kept.id));
  }

  async #load(id: string): ReturnType<GenerationStore['load']> {
    const loaded = await this.#store.load(id);
    const current = this.#current;
    return 'fault' in loaded && current?.id === id ? { stack: current.stack } : loaded;
  }
}
