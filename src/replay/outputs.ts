import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CreatedListener, createListeners } from '../dispatch/create-listeners.js';
import { Delivery } from '../dispatch/delivery.js';
import { ConfigurationError, messageOf } from '../fault.js';
import type { Event } from '../events/event.js';
import type { Log } from '../module.js';
import { discover } from '../stack/discover.js';
import { codeExtensions, searchPath } from '../stack/search-path.js';
import { pathToFileURL } from 'node:url';

const written = ['events.jsonl', 'siem_alarms.json', 'siem_alarm_events.json'];
const auditDir = 'audit';

/** Options of the shipped listeners that write a replay's files. */
const outputListeners: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'event-file': { file: 'events.jsonl' },
  'csv-audit': { dir: auditDir },
  'alarm-file': {},
};

const make = async (dir: string): Promise<void> => {
  try {
    await clear(dir);
  } catch (cause) {
    const message = `${messageOf(cause)}; a directory that this user may write would be right`;
    throw new ConfigurationError([{ where: `--out ${dir}`, message }]);
  }
};

const clear = async (dir: string): Promise<void> => {
  await mkdir(join(dir, auditDir), { recursive: true });
  for (const name of written) await rm(join(dir, name), { force: true });
  for (const name of await readdir(join(dir, auditDir))) {
    if (name.endsWith('.csv')) await rm(join(dir, auditDir, name));
  }
};

/** The files of `--out DIR`, written anew: events.jsonl, the alarm files, audit/*.csv. */
export class ReplayOutputs {
  readonly #deliveries: readonly Delivery[];
  #waiting: Event[] = [];

  private constructor(deliveries: readonly Delivery[]) {
    this.#deliveries = deliveries;
  }

  static async open(dir: string | undefined, log: Log): Promise<ReplayOutputs> {
    if (dir === undefined) return new ReplayOutputs([]);
    await make(dir);
    const shipped = discover([...searchPath({ cwd: dir }).listeners].slice(0, 1), codeExtensions).found;
    const entries = Object.entries(outputListeners).flatMap(([name, options]) => {
      const found = shipped.get(name);
      return found === undefined ? [] : [{ name, use: name, url: pathToFileURL(found.file).href, options }];
    });
    const created: CreatedListener[] = await createListeners(entries, { logDir: dir, console: process.stderr, log });
    const stopped = AbortSignal.abort();
    const refused = (event: Event, reason: string): never => {
      throw new Error(`event ${event.id} could not be written: ${reason}`);
    };
    return new ReplayOutputs(created.map((made) => new Delivery({ ...made, log, refused, stopped })));
  }

  /** Takes an event; written at the next `settle`. */
  take(event: Event): void {
    if (this.#deliveries.length > 0) this.#waiting.push(event);
  }

  get settled(): boolean {
    return this.#waiting.length === 0;
  }

  /** Writes what was taken. Rejects where it cannot be written. */
  async settle(): Promise<void> {
    const events = this.#waiting;
    this.#waiting = [];
    for (const delivery of this.#deliveries) {
      for (const event of events) {
        const pending = delivery.offer(event);
        if (pending !== undefined) await pending;
      }
      await delivery.flush();
    }
  }

  async close(): Promise<void> {
    await this.settle();
    for (const { listener } of this.#deliveries) await listener.close?.();
  }
}
