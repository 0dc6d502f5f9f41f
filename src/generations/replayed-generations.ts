import { type GenerationEntry, readGenerationEntry } from '../journal/generation-entry.js';
import { readBlockHeader } from '../journal/block.js';
import type { Log } from '../module.js';
import type { CoreStack } from '../stack/resolve.js';
import { shortId } from './generation.js';
import type { GenerationStore } from './generation-store.js';
import type { GenerationHistory } from './history.js';
import { type GenerationsOptions, type KeptGenerations, readKept } from './kept-generations.js';

/** The configurations that the blocks of a stored journal came under; reads only. */
export class ReplayedGenerations {
  readonly #store: GenerationStore;
  readonly #history: GenerationHistory;
  readonly #log: Log;
  /** The number that the next block begins with, where none is missing. */
  #nextSeq: number | undefined;
  #id: string | undefined;
  /** Generations that cannot be used. */
  readonly unusable = new Set<string>();

  private constructor({ store, history, log }: KeptGenerations) {
    this.#store = store;
    this.#history = history;
    this.#log = log;
  }

  static async open(options: GenerationsOptions): Promise<ReplayedGenerations> {
    return new ReplayedGenerations(await readKept(options));
  }

  /** The configuration with which to go on at this block, and the entry behind which it holds; undefined: that of before. */
  async before(block: Uint8Array): Promise<{ readonly stack: CoreStack; readonly position: number } | undefined> {
    const entry = readGenerationEntry(block);
    const { firstSeq = 1 } = readBlockHeader(block) ?? {};
    const id = this.#idAt(block, entry);
    if (id === undefined || id === this.#id) return undefined;
    this.#id = id;
    const loaded = await this.#store.load(id);
    if ('stack' in loaded) return { stack: loaded.stack, position: entry?.seq ?? firstSeq - 1 };
    this.refuse(loaded.fault);
    return undefined;
  }

  /** The configuration given last cannot be used: said, the one before it goes on. */
  refuse(why: string): void {
    if (this.#id === undefined) return;
    this.unusable.add(this.#id);
    this.#log.error(
      `the configuration ${shortId(this.#id)} cannot be used: ${why}; what came under it is worked on under the one before it`,
    );
  }

  #idAt(block: Uint8Array, entry: GenerationEntry | undefined): string | undefined {
    const { firstSeq = 0, count = 0 } = readBlockHeader(block) ?? {};
    const known = firstSeq === this.#nextSeq ? undefined : this.#history.at(firstSeq);
    this.#nextSeq = firstSeq + count;
    return entry?.id ?? known;
  }
}
