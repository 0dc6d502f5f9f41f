import type { AtWork } from '../frontend/at-work.js';
import type { Frontend } from '../frontend/frontend.js';
import type { BlockReader } from '../journal/block.js';
import { nextStretch, type Stretch } from './suspicion.js';
import type { WorkNote } from './work-note.js';

/** What works on blocks. */
export interface BlockWorkOptions {
  readonly frontend: Frontend;
  readonly atWork: AtWork;
  /** Entries the core has died in. */
  readonly suspects: readonly Stretch[];
  /** Absent where nothing is kept over a restart. */
  readonly note: WorkNote | undefined;
  /** All entries up to here have been worked on. */
  readonly position: number;
  /** Makes safe what was worked on up to an entry, as well as can be. */
  readonly save: (seq: number) => Promise<void>;
  readonly stopping: () => boolean;
}

/** Works on blocks so that an entry that ends the core, or the process, is known to the next one; passes over what was worked on before. */
export class BlockWork {
  /** The last entry worked on. */
  seq: number;
  readonly #options: BlockWorkOptions;

  constructor(options: BlockWorkOptions) {
    this.#options = options;
    this.seq = options.position;
  }

  /** Works on a block; a promise where that takes longer than a turn. Asked to stop meanwhile, it leaves the rest. */
  block(reader: BlockReader): Promise<void> | undefined {
    const { firstSeq, count } = reader.header;
    const last = firstSeq + count - 1;
    while (reader.seq < this.seq && reader.next());
    if (reader.seq >= last) return undefined;
    const { suspects } = this.#options;
    if (suspects.some((one) => one.first <= last && one.last > reader.seq)) return this.#carefully(reader, last);
    this.#stretch(reader, { first: reader.seq + 1, last });
    return undefined;
  }

  /** Nothing is waiting to be worked on. */
  rest(): void {
    this.#options.note?.done(this.seq);
  }

  async #carefully(reader: BlockReader, last: number): Promise<void> {
    const { suspects, save, stopping } = this.#options;
    while (reader.seq < last && !stopping()) {
      const stretch = nextStretch(suspects, { seq: reader.seq, last });
      if (stretch.suspect) {
        this.rest();
        await save(this.seq);
        if (stopping()) return;
      }
      this.#stretch(reader, stretch);
    }
  }

  #stretch(reader: BlockReader, { first, last }: Stretch): void {
    const { frontend, atWork, note } = this.#options;
    note?.begin({ first, last });
    frontend.block(reader, last + 1);
    atWork.idle();
    this.seq = reader.seq;
  }
}
