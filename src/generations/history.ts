import { open, readFile, rename } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf } from '../fault.js';
import type { Log } from '../module.js';

/** From which journal entry on a generation holds. */
export interface Begun {
  readonly from: number;
  readonly id: string;
}

const schema = z.array(z.strictObject({ from: z.number(), id: z.string() }));

/**
 * Which journal entries came under which generation, as far back as the journal goes. The entries in the journal say so,
 * too: this small file, replaced whole, spares whoever begins in the middle of it to read it from its beginning.
 */
export class GenerationHistory {
  readonly #path: string;
  readonly #log: Log;
  #begun: Begun[];
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, log: Log, begun: readonly Begun[]) {
    this.#path = path;
    this.#log = log;
    this.#begun = [...begun];
  }

  /** Reads the file; one that is absent, or cannot be read (said), is begun anew. */
  static async open(path: string, log: Log): Promise<GenerationHistory> {
    try {
      return new GenerationHistory(path, log, schema.parse(JSON.parse(await readFile(path, 'utf8'))));
    } catch (cause) {
      const absent = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      if (!absent) log.error(`${path} cannot be read (${messageOf(cause)}): it is begun anew`);
      return new GenerationHistory(path, log, []);
    }
  }

  /** The generation under which an entry came; undefined where that is not known. */
  at(seq: number): string | undefined {
    return this.#begun.findLast(({ from }) => from <= seq)?.id;
  }

  /** Notes that a generation holds from an entry on; resolves when that is on disk. */
  note({ from, id }: Begun): Promise<void> {
    if (this.at(from) === id) return this.#writing;
    this.#begun = [...this.#begun.filter((one) => one.from !== from), { from, id }].sort((a, b) => a.from - b.from);
    return this.#write();
  }

  /** Forgets what no entry from `firstSeq` on came under. */
  async forget(firstSeq: number): Promise<void> {
    const first = this.#begun.findLastIndex(({ from }) => from < firstSeq);
    if (first <= 0) return;
    this.#begun = this.#begun.slice(first);
    await this.#write();
  }

  /** The ids it knows. */
  get ids(): ReadonlySet<string> {
    return new Set(this.#begun.map(({ id }) => id));
  }

  #write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#replace());
    return this.#writing;
  }

  async #replace(): Promise<void> {
    try {
      const handle = await open(`${this.#path}.new`, 'w', 0o600);
      try {
        await handle.writeFile(JSON.stringify(this.#begun));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(`${this.#path}.new`, this.#path);
    } catch (cause) {
      this.#log.error(`${this.#path} cannot be written (${messageOf(cause)}): it is tried again at the next change`);
    }
  }
}
