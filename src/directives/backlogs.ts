import type { KeyedState } from '../module.js';
import type { NormalizedEvent } from '../normalize/normalized-event.js';
import { AgeQueue } from './age-queue.js';
import { type Backlog, newBacklog } from './backlog.js';
import type { CompiledDirective } from './compile.js';
import { DirectiveProgress } from './directive-progress.js';
import { Expiry } from './expiry.js';
import { hashText } from './hash.js';
import { Live } from './live.js';
import type { EngineOptions } from './options.js';
import { BACKLOG, type Clock, CLOCK, DEFINITION, DIRECTIVE, type DirectiveRecord } from './state-keys.js';
import { startWaiting, stopWaiting } from './waiting.js';

type Identity = Pick<Backlog, 'directive' | 'n' | 'born' | 'definition'>;

/** Keeps live backlogs where events, time and limits find them, and their progress in the state. Decides nothing. */
export class Backlogs {
  readonly ages = new AgeQueue();
  readonly expiry = new Expiry();
  /** Live alarms, and ended ones that may still get lookup results. */
  readonly byAlarm = new Map<string, Live>();
  readonly #progress = new Map<number, DirectiveProgress>();
  readonly #definitions = new WeakMap<CompiledDirective, string>();
  #ids = 0;

  constructor(
    readonly state: KeyedState,
    readonly options: EngineOptions,
    /** As they are now, by id. */
    readonly directives: ReadonlyMap<number, CompiledDirective>,
  ) {}

  /** What the live backlogs of a directive have in common. */
  progressOf(directive: number): DirectiveProgress {
    let progress = this.#progress.get(directive);
    if (progress === undefined) {
      progress = new DirectiveProgress(directive);
      this.#progress.set(directive, progress);
    }
    return progress;
  }

  /** The key under which the state keeps the rules of a directive. */
  definitionOf(compiled: CompiledDirective): string {
    let definition = this.#definitions.get(compiled);
    if (definition === undefined) {
      definition = hashText(JSON.stringify(compiled.directive));
      this.#definitions.set(compiled, definition);
    }
    return definition;
  }

  /** A new backlog whose first event is about to count; it waits for nothing yet. */
  open(compiled: CompiledDirective, event: NormalizedEvent, now: number): Live {
    const identity = this.#identify(compiled, now);
    const alarmId = hashText(`${identity.directive}\n${identity.n}\n${event.id}`);
    const live = this.#keep(newBacklog({ ...identity, alarmId }, event, now), compiled);
    this.#count(live);
    return live;
  }

  /** A live backlog from elsewhere goes on here, under the directive's rules of now. */
  adopt(compiled: CompiledDirective, progress: Omit<Backlog, keyof Identity>, now: number): Live {
    const live = this.#keep({ ...this.#identify(compiled, now), ...progress }, compiled);
    if (progress.risk >= 1) this.byAlarm.set(progress.alarmId, live);
    this.resume(live);
    return live;
  }

  #identify(compiled: CompiledDirective, now: number): Identity {
    const { id } = compiled.directive;
    const record = this.state.edit<DirectiveRecord>(`${DIRECTIVE}${id}`) ?? { opened: 0 };
    record.opened += 1;
    this.state.put(`${DIRECTIVE}${id}`, record);
    const clock = this.state.edit<Clock>(CLOCK) ?? { now, born: 0 };
    clock.born += 1;
    this.state.put(CLOCK, clock);
    const definition = this.definitionOf(compiled);
    if (!this.state.has(`${DEFINITION}${definition}`)) this.state.put(`${DEFINITION}${definition}`, compiled.directive);
    return { directive: id, n: record.opened, born: clock.born, definition };
  }

  #keep(backlog: Backlog, compiled: CompiledDirective): Live {
    const { directive, n } = backlog;
    const live = new Live(backlog, compiled, this.progressOf(directive), [BACKLOG, directive, ':', n].join(''));
    this.state.put(live.key, backlog);
    return live;
  }

  /** Takes up a live backlog found in the state. */
  resume(live: Live): void {
    for (const id of live.backlog.ids) live.owner.remember(id);
    this.#ids += live.backlog.ids.length;
    this.#count(live);
    this.settle(live);
  }

  #count(live: Live): void {
    this.ages.push(live);
    live.owner.ages.push(live);
  }

  /** The backlog is about to change. */
  touch(live: Live): Backlog {
    const { epoch } = this.state;
    if (live.changedIn !== epoch) {
      this.state.willChange(live.key);
      live.changedIn = epoch;
    }
    return live.backlog;
  }

  /** The event's id (its fingerprint) is remembered in a stage; false where there is no room. */
  remember(live: Live, id: number, stage: number): boolean {
    const { limits } = this.options;
    const progress = live.backlog.stages[stage - 1];
    if (progress === undefined || progress.ids >= limits.idsPerStage || this.#ids >= limits.ids) return false;
    progress.ids += 1;
    this.#ids += 1;
    live.backlog.ids.push(id);
    live.owner.remember(id);
    return true;
  }

  /** Files the backlog under what its current stage waits for, and under the second it ends in. */
  settle(live: Live): void {
    startWaiting(live);
    this.expiry.file(live, live.backlog.opened + Math.floor(live.rule.lifetime) + 1);
  }

  /** To be called before a stage change, or an end. */
  unsettle(live: Live): void {
    stopWaiting(live);
  }

  /** The backlog has ended: nothing finds it any more. */
  close(live: Live): void {
    this.expiry.remove(live);
    this.ages.noteEnded();
    live.owner.ages.noteEnded();
    live.owner.forget(live.backlog.ids);
    this.#ids -= live.backlog.ids.length;
  }

  /** Nothing of it is kept. */
  drop(live: Live): void {
    this.byAlarm.delete(live.backlog.alarmId);
    this.state.delete(live.key);
  }
}
