import { storeEvent } from '../dispatch/stored-event.js';
import type { Event } from '../events/event.js';
import { BlockWriter, entryKinds } from '../journal/block.js';

const parse = (id: string): [seq: number, ordinal: number] => {
  const dash = id.indexOf('-');
  return [Number(id.slice(0, dash)), Number(id.slice(dash + 1))];
};

/** Gathers a batch of events into an outbox block. After a restart it passes over events that the outbox already has. */
export class EventBatch {
  /** Those of quiet classes left out, which listeners get only where they ask for them. */
  events = 0;
  /** Of the newest event given. */
  lastEventId = '';
  #known: [seq: number, ordinal: number] | undefined;
  /** Code of users' modules, by the name they run under; see `codeOf`. */
  codes: ReadonlyMap<string, string | undefined> = new Map();
  #nextNumber: number;
  #writer: BlockWriter | undefined;

  constructor(options: { readonly lastEventId: string | undefined; readonly lastEventNumber: number }) {
    this.#known = options.lastEventId === undefined ? undefined : parse(options.lastEventId);
    this.#nextNumber = options.lastEventNumber + 1;
  }

  /** Adds an event. @throws TypeError, having added nothing, where it cannot be stored */
  add(event: Event): void {
    if (this.#known !== undefined) {
      const [seq, ordinal] = parse(event.id);
      const [knownSeq, knownOrdinal] = this.#known;
      if (seq < knownSeq || (seq === knownSeq && ordinal <= knownOrdinal)) return;
      this.#known = undefined;
    }
    const json = storeEvent(event, this.codes.get(event.module));
    if (event.class.quiet !== true) this.events += 1;
    this.lastEventId = event.id;
    this.#writer ??= new BlockWriter({ firstSeq: this.#nextNumber, bytes: 16_384 });
    this.#writer.addText(entryKinds.event, event.time, json);
    this.#nextNumber += 1;
  }

  /** The block of all events since the last call; undefined where there is none. */
  take(): Uint8Array | undefined {
    const block = this.#writer?.seal(0);
    this.#writer = undefined;
    return block;
  }
}
