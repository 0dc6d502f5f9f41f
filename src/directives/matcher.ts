import type { NormalizedEvent } from '../normalize/normalized-event.js';
import type { Live } from './live.js';
import type { CompiledDirective } from './compile.js';
import type { FixedCondition } from './match.js';
import { eventKey, type Pin, type PinValue } from './pin.js';
import type { Subject } from './subject.js';
import { Crowd } from './crowd.js';

/** Says whether an event is of the kind a rule asks for: plugin id and sid, or taxonomy (dsiem.md §3.2). */
export type KindTest = (event: NormalizedEvent) => boolean;

/**
 * What rules that look for the same thing share: the conditions that depend on the event alone, and who waits for it,
 * by the values of the pinned fields.
 */
export class Matcher {
  #starters: Map<PinValue, CompiledDirective[]> | undefined;
  #waiting: Map<PinValue, Live | Crowd> | undefined;
  /** The subject's turn for which `#holds` was worked out. */
  #turn = -1;
  #holds = false;
  /** And that for which `#key` was. */
  #keyTurn = -1;
  #key: PinValue = '';

  constructor(
    readonly isKind: KindTest,
    readonly fixed: readonly FixedCondition[],
    /** Fields that are pinned; the values wanted differ from rule to rule and backlog to backlog. */
    readonly pins: readonly Pin[],
  ) {}

  /** False where nobody waits here and nothing starts here. */
  get isWanted(): boolean {
    return this.#starters !== undefined || (this.#waiting !== undefined && this.#waiting.size > 0);
  }

  /** True where the event is of the kind and meets the conditions that depend on it alone; worked out once an event. */
  holdsFor(subject: Subject): boolean {
    if (this.#turn === subject.turn) return this.#holds;
    return this.isKind(subject.event) ? this.fixedHold(subject) : this.#note(subject, false);
  }

  /** The same for an event that is of the kind. */
  fixedHold(subject: Subject): boolean {
    for (const condition of this.fixed) if (!condition.holds(subject)) return this.#note(subject, false);
    return this.#note(subject, true);
  }

  /** The event's values of the pinned fields as one key; worked out once an event. */
  keyOf(subject: Subject): PinValue {
    if (this.#keyTurn === subject.turn) return this.#key;
    this.#keyTurn = subject.turn;
    this.#key = eventKey(this.pins, subject.event);
    return this.#key;
  }

  #note(subject: Subject, holds: boolean): boolean {
    this.#turn = subject.turn;
    this.#holds = holds;
    return holds;
  }

  startersOf(key: PinValue): readonly CompiledDirective[] | undefined {
    return this.#starters?.get(key);
  }

  waitingFor(key: PinValue): Live | Crowd | undefined {
    return this.#waiting?.get(key);
  }

  /** The directive's stage 1 looks for this, with these values. */
  addStarter(key: PinValue, directive: CompiledDirective): void {
    this.#starters ??= new Map();
    const same = this.#starters.get(key);
    if (same === undefined) this.#starters.set(key, [directive]);
    else same.push(directive);
  }

  /** The backlog waits for events with this key; called again where it takes later ones than before. */
  wait(key: PinValue, live: Live): void {
    this.#waiting ??= new Map();
    const there = this.#waiting.get(key);
    if (there === undefined || there === live) this.#waiting.set(key, live);
    else if (there instanceof Crowd) there.add(live);
    else this.#waiting.set(key, Crowd.of([there, live]));
  }

  /** The backlog no longer waits. */
  leave(key: PinValue, live: Live): void {
    const there = this.#waiting?.get(key);
    if (there === live) this.#waiting?.delete(key);
    else if (there instanceof Crowd && there.remove(live)) this.#waiting?.delete(key);
  }
}
