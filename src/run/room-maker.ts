import type { FrameJournal } from './frame-journal.js';

/** What room is made of, and who is told. */
export interface RoomMakerOptions {
  readonly journal: Pick<FrameJournal, 'trim' | 'pressedAt'>;
  /** Asks the core to need nothing below this number any more; it may be lost with a core that ends. */
  readonly release: (seq: number) => void;
  /** Room may have been made. */
  readonly changed: () => void;
}

/** Gives back what the core does not need any more, and asks it to need less for as long as the journal is short of room. */
export class RoomMaker {
  readonly #options: RoomMakerOptions;
  #below = 0;
  #making: Promise<void> | undefined;

  constructor(options: RoomMakerOptions) {
    this.#options = options;
  }

  /** The core needs nothing below this number. */
  async notNeeded(below: number): Promise<void> {
    await this.#making;
    this.#below = Math.max(this.#below, below);
    await this.#make();
  }

  /**
   * To be called now and then: where nothing can be written, nothing is worked on and no checkpoint would ever ask again
   * for what failed, or was lost, the first time.
   */
  async again(): Promise<void> {
    if (this.#making === undefined && this.#options.journal.pressedAt !== undefined) await this.#make();
  }

  async #make(): Promise<void> {
    const { journal, release, changed } = this.#options;
    this.#making = journal.trim(this.#below);
    await this.#making;
    this.#making = undefined;
    changed();
    if (journal.pressedAt !== undefined) release(journal.pressedAt);
  }
}
