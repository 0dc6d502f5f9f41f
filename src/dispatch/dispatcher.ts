import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Event } from '../events/event.js';
import { messageOf } from '../fault.js';
import type { Log } from '../module.js';
import type { ResolvedStack } from '../stack/resolve.js';
import { createListeners } from './create-listeners.js';
import { Delivery, type DeliveryCounters } from './delivery.js';
import { eventClasses } from './event-classes.js';
import { Lane } from './lane.js';
import { LanePositions } from './lane-positions.js';
import { Outbox } from './outbox.js';
import { storeEvent } from './stored-event.js';

/** What is shown of one listener. */
export interface LaneCounters extends DeliveryCounters {
  readonly name: string;
  /** Events it has yet to get. */
  readonly lag: number;
  readonly dropped: number;
  readonly trouble: string | undefined;
  readonly own: Readonly<Record<string, number>>;
}

/** Where and how events are kept and delivered. */
export interface DispatcherOptions {
  readonly stack: ResolvedStack;
  /** Absent: nothing is kept over a restart. */
  readonly dataDir: string | undefined;
  readonly logDir: string;
  readonly outboxMaxBytes: number;
  readonly log: Log;
  /** Where listeners show things to people. */
  readonly console: NodeJS.WritableStream;
}

/** Brings events to listeners: one outbox, one lane each. */
export class Dispatcher {
  readonly outbox: Outbox;
  readonly #lanes: readonly Lane[];
  readonly #own: ReadonlyMap<string, Map<string, number>>;
  readonly #positions: LanePositions;
  readonly #abort: AbortController;
  readonly #trimming: NodeJS.Timeout;

  private constructor(options: {
    outbox: Outbox;
    lanes: readonly Lane[];
    own: ReadonlyMap<string, Map<string, number>>;
    positions: LanePositions;
    abort: AbortController;
  }) {
    this.outbox = options.outbox;
    this.#lanes = options.lanes;
    this.#own = options.own;
    this.#positions = options.positions;
    this.#abort = options.abort;
    this.#trimming = setInterval(() => void this.#trim(), 1000);
    for (const lane of this.#lanes) lane.start();
  }

  /** Opens the outbox, makes the listeners and starts their lanes where they stopped. */
  static async open(options: DispatcherOptions): Promise<Dispatcher> {
    const { stack, dataDir, logDir, log, outboxMaxBytes } = options;
    const outbox = await Outbox.open({ dir: dataDir && join(dataDir, 'outbox'), maxBytes: outboxMaxBytes, log });
    const positions = await LanePositions.open(dataDir && join(dataDir, 'listeners.json'), log);
    const findClass = await eventClasses(stack.modules);
    await mkdir(logDir, { recursive: true });
    const created = await createListeners(stack.listeners, { logDir, console: options.console, log });
    const abort = new AbortController();
    const deadLetters = join(dataDir ?? logDir, 'dead-letter.jsonl');
    const lanes = created.map(({ name, listener, filter, accepts }) => {
      const refused = (event: Event, reason: string): void => void setAside(deadLetters, { name, event, reason, log });
      const delivery = new Delivery({ name, listener, filter, accepts, log, refused, stopped: abort.signal });
      const lane: Lane = new Lane({
        delivery,
        outbox,
        findClass,
        // A listener that is new here begins with what happens from now on.
        position: Math.min(positions.get(name) ?? outbox.lastNumber, outbox.lastNumber),
        log,
        moved: () => positions.set(name, lane.position),
      });
      if (positions.get(name) === undefined) positions.set(name, lane.position);
      return lane;
    });
    const own = new Map(created.map(({ name, counters }) => [name, counters]));
    return new Dispatcher({ outbox, lanes, own, positions, abort });
  }

  counters(): LaneCounters[] {
    return this.#lanes.map((lane) => ({
      name: lane.delivery.name,
      lag: lane.lag,
      dropped: lane.dropped,
      trouble: lane.delivery.trouble,
      ...lane.delivery.counters,
      own: Object.fromEntries(this.#own.get(lane.delivery.name) ?? []),
    }));
  }

  /** Listeners reopen their files. */
  async reopen(log: Log): Promise<void> {
    for (const { delivery } of this.#lanes) {
      await delivery.listener
        .reopen?.()
        .catch((cause: unknown) => log.error(`listener ${delivery.name}: ${messageOf(cause)}`));
    }
  }

  /** Delivers what there is, for at most so long, and closes. What a listener did not get, it gets at the next start. */
  async close(withinMs: number, log: Log): Promise<void> {
    clearInterval(this.#trimming);
    const deadline = Date.now() + withinMs;
    while (this.#lanes.some(({ lag }) => lag > 0) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (const { delivery, lag } of this.#lanes) {
      if (lag > 0) log.warn(`listener ${delivery.name} has yet to get ${lag} events: it gets them at the next start`);
    }
    this.#abort.abort();
    await this.outbox.close();
    const closing = this.#lanes.map(async (lane) => {
      await lane.stop();
      await lane.delivery.listener.close?.();
    });
    const limit = new Promise((resolve) => setTimeout(resolve, 2000).unref());
    await Promise.race([Promise.allSettled(closing), limit]);
    await this.#positions.write();
  }

  async #trim(): Promise<void> {
    const delivered = Math.min(this.outbox.lastNumber, ...this.#lanes.map(({ position }) => position));
    await this.outbox.trim(delivered);
  }
}

const setAside = async (
  path: string,
  { name, event, reason, log }: { name: string; event: Event; reason: string; log: Log },
): Promise<void> => {
  try {
    await appendFile(
      path,
      `{"listener":${JSON.stringify(name)},"reason":${JSON.stringify(reason)},"event":${storeEvent(event)}}\n`,
      {
        mode: 0o600,
      },
    );
  } catch (cause) {
    log.error(`${path} cannot be written (${messageOf(cause)}): event ${event.id} for listener ${name} is lost`);
  }
};
