import { appendFile } from 'node:fs/promises';
import type { Event } from '../events/event.js';
import { messageOf } from '../fault.js';
import type { Log } from '../module.js';
import { storeEvent } from './stored-event.js';

/** The file of events that listeners refused for good: a line of JSON each, in the order in which they were refused. */
export class DeadLetters {
  readonly #path: string;
  readonly #log: Log;
  #written: Promise<void> = Promise.resolve();

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  /** Sets an event aside; resolves once it is in the file, or said to be lost. */
  add(listener: string, event: Event, reason: string): Promise<void> {
    this.#written = this.#written.then(() => this.#add(listener, event, reason));
    return this.#written;
  }

  async #add(listener: string, event: Event, reason: string): Promise<void> {
    try {
      const line = `{"listener":${JSON.stringify(listener)},"reason":${JSON.stringify(reason)},"event":${storeEvent(event)}}\n`;
      await appendFile(this.#path, line, { mode: 0o600 });
    } catch (cause) {
      const message = `event ${event.id} for listener ${listener} is lost: it cannot be kept in ${this.#path}`;
      this.#log.error(`${message}: ${messageOf(cause)}`);
    }
  }
}
