import type { Backlog } from './backlog.js';
import type { CompiledDirective, CompiledRule } from './compile.js';
import type { DirectiveProgress } from './directive-progress.js';
import type { PinValue } from './pin.js';

/** A backlog in memory: its progress, the rules it follows, and where the bookkeeping has put it. */
export class Live {
  /** Second in which it ends unless something happens; undefined where it is not filed. */
  due: number | undefined = undefined;
  /** Its place among those of that second. */
  place = 0;
  /** Epoch of the state that was last told of a change; -1 where it was told of none. */
  changedIn = -1;
  /** Key of the events its current rule wants; undefined where no event can have it, or it waits for none yet. */
  wanted: PinValue | undefined = undefined;
  /** Latest time, in seconds, of an event that its current stage takes (dsiem.md §3.7). */
  latest = 0;

  constructor(
    /** The very object the state keeps. */
    readonly backlog: Backlog,
    readonly compiled: CompiledDirective,
    readonly owner: DirectiveProgress,
    /** Key of `backlog` in the state. */
    readonly key: string,
  ) {}

  get isLive(): boolean {
    return this.backlog.status === 'live';
  }

  /** The rule of the current stage. @throws where the backlog is past its last stage, which never is. */
  get rule(): CompiledRule {
    return ruleAt(this.compiled.rules, this.backlog.stage);
  }

  /** Latest time, in seconds, of an event that it can still take (dsiem.md §3.7). */
  get until(): number {
    return this.compiled.earlier === undefined ? this.latest : Number.POSITIVE_INFINITY;
  }
}

/** The rule of a stage, counted from 1. @throws RangeError where there is none. */
export const ruleAt = (rules: readonly CompiledRule[], stage: number): CompiledRule => {
  const rule = rules[stage - 1];
  if (rule === undefined) throw new RangeError(`stage ${stage} was asked for, 1–${rules.length} would be right`);
  return rule;
};
