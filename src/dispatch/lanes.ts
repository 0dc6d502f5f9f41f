import type { Event } from '../events/event.js';
import { messageOf } from '../fault.js';
import type { Log } from '../module.js';
import type { ResolvedStack } from '../stack/resolve.js';
import { createListeners } from './create-listeners.js';
import type { DeadLetters } from './dead-letters.js';
import { Delivery } from './delivery.js';
import { eventClasses } from './event-classes.js';
import { Lane } from './lane.js';
import { LanePlaces } from './lane-places.js';
import type { LanePositions } from './lane-positions.js';
import type { DeliveryCounters } from './offered.js';
import type { Outbox } from './outbox.js';

/** What is shown of one listener. */
export interface LaneCounters extends DeliveryCounters {
  readonly name: string;
  /** Events it has yet to get. */
  readonly lag: number;
  /** How long the oldest of them has been waiting. */
  readonly lag_seconds: number;
  readonly dropped: number;
  readonly trouble: string | undefined;
  readonly own: Readonly<Record<string, number>>;
}

/** What the lanes of a stack are made of. */
export interface LanesOptions {
  readonly stack: Pick<ResolvedStack, 'modules' | 'listeners'>;
  readonly outbox: Outbox;
  readonly positions: LanePositions;
  readonly logDir: string;
  /** Where events go that a listener refuses for good. */
  readonly deadLetters: DeadLetters;
  readonly log: Log;
  /** Where listeners show things to people. */
  readonly console: NodeJS.WritableStream;
}

const closeWithinMs = 2000;
const reopenWithinMs = 2000;

/** The listeners of a stack, each in a lane of its own. */
export class Lanes {
  readonly #lanes: readonly Lane[];
  readonly #own: ReadonlyMap<string, Map<string, number>>;
  readonly #positions: LanePositions;
  readonly #abort: AbortController;
  readonly #log: Log;

  private constructor(options: {
    lanes: readonly Lane[];
    own: ReadonlyMap<string, Map<string, number>>;
    positions: LanePositions;
    abort: AbortController;
    log: Log;
  }) {
    this.#lanes = options.lanes;
    this.#own = options.own;
    this.#positions = options.positions;
    this.#abort = options.abort;
    this.#log = options.log;
  }

  /** Makes the listeners; `start` lets their lanes run. Rejects where one cannot be made. */
  static async open(options: LanesOptions): Promise<Lanes> {
    const { stack, outbox, positions, logDir, deadLetters, log } = options;
    const findClass = await eventClasses(stack.modules);
    const newestBefore = outbox.lastNumber;
    const placesOf = (lane: string): LanePlaces | undefined =>
      positions.persistent ? new LanePlaces({ lane, positions, newestBefore }) : undefined;
    const created = await createListeners(stack.listeners, { logDir, console: options.console, log }, placesOf);
    const abort = new AbortController();
    const lanes = created.map(({ name, places, ...made }) => {
      const refused = (event: Event, reason: string, number: number): Promise<boolean> =>
        deadLetters.add({ listener: name, number, event, reason });
      const refusedIsSafe = (): Promise<void> => deadLetters.sync();
      const delivery = new Delivery({
        name,
        ...made,
        places,
        log,
        refused,
        refusedIsSafe,
        stopped: abort.signal,
      });
      const lane: Lane = new Lane({
        delivery,
        outbox,
        findClass,
        // A listener that is new here begins with what happens from now on.
        position: positions.get(name)?.event ?? outbox.lastNumber,
        log,
        stopped: abort.signal,
        moved: () => moved(lane, positions, places),
        places,
      });
      return lane;
    });
    const own = new Map(created.map(({ name, counters }) => [name, counters]));
    return new Lanes({ lanes, own, positions, abort, log });
  }

  /** Lets the lanes run; one whose listener is still busy in lanes closed before, once that one is done. */
  start(positions: LanePositions, busy: ReadonlyMap<string, Promise<void>> = new Map()): void {
    for (const lane of this.#lanes) {
      const { name } = lane.delivery;
      if (positions.get(name) === undefined) positions.set(name, { event: lane.position, files: new Map() });
      const before = busy.get(name);
      if (before === undefined) lane.start();
      else {
        this.#log.warn(`listener ${name}: goes on once it is done with what it was at before the change`);
        const goOn = (): void => (this.#abort.signal.aborted ? undefined : lane.start(positions.get(name)?.event));
        void before.then(goOn);
      }
    }
  }

  /** Number of the newest event that all have, and will be known to have after a restart. */
  delivered(newest: number): number {
    return Math.min(newest, ...this.#lanes.map(({ delivery }) => this.#positions.saved(delivery.name)));
  }

  /** What is not delivered of the events up to this number is set aside. */
  giveUp(number: number): void {
    for (const lane of this.#lanes) lane.giveUp(number);
  }

  /** What listeners' files hold is made safe and noted; to be called every second or so. */
  save(): void {
    for (const lane of this.#lanes) void lane.save();
  }

  counters(): LaneCounters[] {
    return this.#lanes.map((lane) => ({
      name: lane.delivery.name,
      lag: lane.lag,
      lag_seconds: lane.lagSeconds,
      dropped: lane.dropped,
      trouble: lane.delivery.trouble,
      ...lane.delivery.counters,
      own: Object.fromEntries(this.#own.get(lane.delivery.name) ?? []),
    }));
  }

  /** Listeners reopen their files; resolves once all did that are not stuck in a delivery, which do so after it. */
  async reopen(): Promise<void> {
    const reopening = this.#lanes.map((lane) =>
      lane.reopen().catch((cause: unknown) => this.#log.error(`listener ${lane.delivery.name}: ${messageOf(cause)}`)),
    );
    await within(reopenWithinMs, Promise.all(reopening));
  }

  /**
   * Delivers what there is, for at most so long, and closes the listeners. What one did not get, it gets at the next start.
   * Gives the names of those that could not close in time, and when they have.
   */
  async close(withinMs: number): Promise<ReadonlyMap<string, Promise<void>>> {
    const deadline = performance.now() + withinMs;
    for (const lane of this.#lanes) lane.hurry();
    while (this.#lanes.some(({ lag }) => lag > 0) && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (const { delivery, lag } of this.#lanes) {
      if (lag > 0)
        this.#log.warn(`listener ${delivery.name} has yet to get ${lag} events: it gets them at the next start`);
    }
    this.#abort.abort();
    const busy = new Map<string, Promise<void>>();
    for (const lane of this.#lanes) {
      const { name } = lane.delivery;
      const failed = (cause: unknown): void => this.#log.error(`listener ${name}: ${messageOf(cause)}`);
      const done = lane.close().catch(failed);
      busy.set(name, done);
      void done.then(() => busy.delete(name));
    }
    await within(closeWithinMs, Promise.all(busy.values()));
    return busy;
  }
}

const moved = ({ delivery, position }: Lane, positions: LanePositions, places: LanePlaces | undefined): void => {
  if (places === undefined) positions.set(delivery.name, { event: position, files: new Map() });
  // Where there are files, `save` notes both together.
  else if (places.empty) places.settle(position);
};

/** Resolves with the work, or when the time is over. */
const within = async (ms: number, work: Promise<unknown>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
};
