import { stat } from 'node:fs/promises';
import { escapeControls } from '../escape.js';
import { messageOf } from '../fault.js';
import type { Log } from '../module.js';
import type { AddressList } from './address-list.js';
import type { Outcome, Term } from './outcome.js';
import { type ReadList, readList } from './read-list.js';
import { type ListDefinition, sourceKey } from './source-definition.js';

/** Answers from a file of addresses and networks, which is read again when it has changed. */
export class ListSource {
  readonly #definition: ListDefinition;
  readonly #log: Log;
  #list: AddressList | undefined;
  #faulty = 0;
  #left = 0;
  #fault: string | undefined;
  /** What the file looked like when it was last read. */
  #seen = '';
  #first: Promise<void> | undefined;
  #looking: Promise<void> | undefined;

  constructor(definition: ListDefinition, log: Log) {
    this.#definition = definition;
    this.#log = log;
  }

  async ask({ address }: Term): Promise<Outcome> {
    if (this.#list === undefined) await (this.#first ??= this.look());
    if (this.#list === undefined) return { reason: 'unreadable', message: this.#fault ?? 'it is not read yet' };
    const text = this.#list.find(address);
    return { results: text === undefined ? [] : [text] };
  }

  /** Reads the file where it has changed; one that cannot be read keeps the old content, and is said once. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  counters(): Readonly<Record<string, number>> {
    return { entries: this.#list?.size ?? 0, faultyLines: this.#faulty, leftOut: this.#left };
  }

  async #look(): Promise<void> {
    const { file, csv } = this.#definition;
    try {
      // Looked at before it is read: a change during the reading is seen at the next look.
      const { mtimeMs, ctimeMs, size, ino } = await stat(file);
      const seen = [mtimeMs, ctimeMs, size, ino].join(' ');
      if (seen === this.#seen && this.#fault === undefined) return;
      this.#take(await readList(file, csv));
      this.#seen = seen;
      this.#fault = undefined;
    } catch (cause) {
      const fault = escapeControls(messageOf(cause));
      if (fault === this.#fault) return;
      this.#fault = fault;
      const meanwhile = this.#list === undefined ? 'it answers nothing until it can' : 'what was read before stays';
      this.#log.warn(`${this.#name}: ${file} cannot be read: ${fault}; ${meanwhile}`);
    }
  }

  #take({ list, faulty, firstFaulty, left }: ReadList): void {
    this.#list = list;
    this.#faulty = faulty;
    this.#left = left;
    const { file } = this.#definition;
    this.#log.info(`${this.#name}: ${list.size} entries of ${file}`);
    if (firstFaulty !== undefined) {
      this.#log.warn(
        `${this.#name}: ${faulty} lines of ${file} hold no address or network, the first is ${firstFaulty}`,
      );
    }
    if (left > 0) this.#log.warn(`${this.#name}: ${left} entries of ${file} past the first ${list.size} are left out`);
  }

  get #name(): string {
    return sourceKey(this.#definition);
  }
}
