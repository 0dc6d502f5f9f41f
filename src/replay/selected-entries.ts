import { BlockReader } from '../journal/block.js';

/** A span of time, ms since the epoch: from `since` on, before `until`. */
export interface Span {
  readonly since: number;
  readonly until: number;
}

/** When what was read last was received: entries without a time of their own came with those before them. */
export interface ReceiptTime {
  last: number;
}

/** The entries of a block that were received within a span of time. */
export class SelectedEntries extends BlockReader {
  /** How many have been given. */
  selected = 0;
  readonly #span: Span;
  readonly #time: ReceiptTime;

  /** `time` goes along from block to block. */
  constructor(bytes: Uint8Array, options: { readonly span: Span; readonly time: ReceiptTime }) {
    super(bytes);
    this.#span = options.span;
    this.#time = options.time;
  }

  override next(): boolean {
    const { since, until } = this.#span;
    while (super.next()) {
      if (this.receivedAt > 0) this.#time.last = this.receivedAt;
      if (this.#time.last < since || this.#time.last >= until) continue;
      this.selected += 1;
      return true;
    }
    return false;
  }
}
