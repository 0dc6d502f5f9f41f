import { Event } from '../events/event.js';
import { messageOf } from '../fault.js';
import type { LogicModule, LookupRequest, LookupResult } from '../module.js';
import type { LogRecord } from '../record.js';
import { AtWork, type ModuleCall, moduleCalls, moduleNumber } from './at-work.js';
import { FailureLimit } from './failure-limit.js';
import { ModuleFailed } from './module-failed.js';

/** A module of a stack, under the name it runs by. */
export interface RunningModule {
  readonly name: string;
  readonly module: LogicModule;
}

/** A module and the number by which the heartbeat tells of it. */
interface Numbered extends RunningModule {
  readonly number: number;
}

/** Takes every event, in order, with its id, time, module and record set. */
export type TakeEvent = (event: Event) => void;

type Stamped = { -readonly [K in 'id' | 'time' | 'module' | 'record']: Event[K] };

const hear = (module: LogicModule, event: Event): unknown => module.onEvent?.(event);

/** ECMA-262 §21.4.1.1: no date is further from 1970. */
const furthestTime = 8.64e15;

/**
 * Runs records, events and ticks through the modules of a stack, in order. An event reaches the modules below the one that
 * dispatched it, before the record itself does; then it is handed out. What a module throws becomes a ModuleFailed event.
 */
export class StackRunner {
  readonly #take: TakeEvent;
  readonly #takesQuiet: boolean;
  readonly #atWork: AtWork;
  #all: readonly Numbered[] = [];
  /** Those that are not turned off. */
  #on: readonly Numbered[] = [];
  #numbers = new Map<string, number>();
  readonly #queue: Event[] = [];
  #record: LogRecord | undefined;
  #current = '';
  #seq = 0;
  #ordinal = 0;
  #wallTime = 0;
  readonly failureLimit = new FailureLimit();
  /** Failures by module, and of these how many had no event of their own. */
  readonly failures = new Map<string, number>();
  suppressedFailures = 0;

  /** `atWork` is told whose turn it is; `takesQuiet`: whether `take` does anything with those of a quiet class. */
  constructor(take: TakeEvent, atWork = new AtWork(), takesQuiet = true) {
    this.#take = take;
    this.#takesQuiet = takesQuiet;
    this.#atWork = atWork;
  }

  get modules(): readonly RunningModule[] {
    return this.#all;
  }

  set modules(modules: readonly RunningModule[]) {
    this.#all = modules.map(({ name, module }, index) => ({ name, module, number: moduleNumber(index) }));
    this.#on = this.#all;
    this.#numbers = new Map(this.#all.map(({ name, number }) => [name, number]));
  }

  /** From here on these modules are passed over, and no others. */
  turnOff(names: ReadonlySet<string>): void {
    this.#on = this.#all.filter(({ name }) => !names.has(name));
  }

  /** Events get ids of this journal entry from here on; asked again for the same entry, they go on. `wallTime`: what the clock shows, ms. */
  beginEntry(seq: number, wallTime: number): void {
    if (seq !== this.#seq) this.#ordinal = 0;
    this.#seq = seq;
    this.#wallTime = wallTime;
    this.#atWork.entry(seq);
  }

  /** Hands out an event of the core's own at this entry; modules do not hear of it. */
  announce(event: Event, module: string): void {
    this.dispatch(event, module);
    this.handOut();
  }

  /** Hands out what was dispatched outside of a call of this runner: while modules were created. No module hears of it. */
  handOut(): void {
    for (const queued of this.#queue) this.#hand(queued);
    this.#queue.length = 0;
  }

  /** What a module's `context.dispatch` does. @throws TypeError where it is given no event, one it had before, or one of no time */
  dispatch(event: Event, module: string): void {
    if (!(event instanceof Event)) {
      throw new TypeError(`dispatched ${typeof event}; an instance of a subclass of Event would be right`);
    }
    if (event.id !== '') throw new TypeError(`dispatched ${event.class.name} twice; a new event would be right`);
    if (!(Math.abs(event.time) <= furthestTime)) {
      throw new TypeError(`${event.class.name}.time is ${String(event.time)}; ms since the epoch would be right`);
    }
    const stamped = event as Stamped;
    stamped.id = `${this.#seq}-${this.#ordinal}`;
    this.#ordinal += 1;
    stamped.module = module;
    stamped.record = this.#record;
    if (event.time === 0) stamped.time = this.#record?.time ?? this.#wallTime;
    this.#queue.push(event);
  }

  /**
   * What a module's `context.dispatchQuiet` does. Ids of other events are the same whether this one is made or not.
   * @throws TypeError as `dispatch`, and where the class is not quiet
   */
  dispatchQuiet(make: () => Event, module: string): void {
    if (!this.#takesQuiet && !this.#isHeardBelow(module)) {
      this.#ordinal += 1;
      return;
    }
    const event = make();
    if (event.class.quiet !== true) throw new TypeError(`${event.class.name} is not quiet; dispatch would be right`);
    this.dispatch(event, module);
  }

  record(record: LogRecord): void {
    this.#record = record;
    this.#run('onRecord', (module) => module.onRecord?.(record));
    this.#record = undefined;
  }

  tick(now: number, wallTime = now): void {
    this.#wallTime = wallTime;
    this.#run('onTick', (module) => module.onTick?.(now));
  }

  result(result: LookupResult, module: string): void {
    this.#run('onResult', (running, name) => {
      if (name === module) running.onResult?.(result);
    });
  }

  end(now: number): void {
    this.#run('onEnd', (module) => module.onEnd?.(now));
  }

  #isHeardBelow(module: string): boolean {
    let isBelow = false;
    for (const { name, module: running } of this.#on) {
      if (isBelow && running.onEvent !== undefined) return true;
      if (name === module) isBelow = true;
    }
    return false;
  }

  /** Does a part of a checkpoint, which may ask a module's values for their JSON; nothing else is at work then. */
  saves<T>(module: string, part: () => T): T {
    const number = this.#numbers.get(module);
    if (number !== undefined) this.#atWork.module(number + moduleCalls.checkpoint);
    const done = part();
    this.#atWork.idle();
    return done;
  }

  #run(call: ModuleCall, offer: (module: LogicModule, name: string) => unknown): void {
    const queue = this.#queue;
    const atWork = this.#atWork;
    for (const { name, module, number } of this.#on) {
      this.#current = name;
      const above = queue.length;
      if (above > 0 && module.onEvent !== undefined) {
        atWork.module(number + moduleCalls.onEvent);
        for (let index = 0; index < above; index += 1) {
          const event = queue[index];
          if (event === undefined) continue;
          try {
            this.#done(hear(module, event));
          } catch (thrown) {
            this.#failed('onEvent', thrown);
          }
        }
      }
      atWork.module(number + moduleCalls[call]);
      try {
        this.#done(offer(module, name));
      } catch (thrown) {
        this.#failed(call, thrown);
      }
    }
    atWork.core();
    if (queue.length === 0) return;
    for (const event of queue) this.#hand(event);
    queue.length = 0;
    atWork.core();
  }

  /** @throws TypeError where a call is not over although it returned */
  #done(returned: unknown): void {
    if (!(returned instanceof Promise)) return;
    // What becomes of it later is no longer part of this record: that it came is the failure.
    returned.catch(() => undefined);
    throw new TypeError('returned a promise; a module that is synchronous would be right');
  }

  /** An event nobody can take, for its summary throws or JSON cannot carry it, is its module's failure. */
  #hand(event: Event): void {
    const number = this.#numbers.get(event.module);
    if (number !== undefined) this.#atWork.module(number + moduleCalls.dispatch);
    try {
      this.#take(event);
    } catch (thrown) {
      if (event instanceof ModuleFailed) throw thrown;
      this.#current = event.module;
      this.#failed('dispatch', new Error(`${event.class.name} cannot be handed on: ${messageOf(thrown)}`));
    }
  }

  #failed(call: string, thrown: unknown): void {
    const name = this.#current;
    this.failures.set(name, (this.failures.get(name) ?? 0) + 1);
    if (!this.failureLimit.admits(this.#wallTime)) {
      this.suppressedFailures += 1;
      return;
    }
    const error = messageOf(thrown).slice(0, 1000);
    const raw = this.#record?.raw.slice(0, 4096);
    this.dispatch(new ModuleFailed({ failed: name, call, error, ...(raw === undefined ? {} : { raw }) }), name);
  }
}

/** Takes a module's questions, to be answered outside the core. */
export type TakeLookup = (request: LookupRequest, module: string) => void;
