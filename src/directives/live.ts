import type { Backlog } from './backlog.js';
import type { CompiledDirective, CompiledRule } from './compile.js';
import type { DirectiveProgress } from './directive-progress.js';

/** A backlog in memory: its progress, the rules it follows, and where the bookkeeping has put it. */
export class Live {
  /** Second in which it ends unless something happens; undefined where it is not filed. */
  due: number | undefined = undefined;
  /** Its place among those of that second. */
  place = 0;
  constructor(
    public backlog: Backlog,
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
    if (this.compiled.earlier !== undefined) return Number.POSITIVE_INFINITY;
    return stageUntil(this);
  }
}

/** Latest time of an event that the current stage can take (dsiem.md §3.7). */
export const stageUntil = (live: Live): number => {
  const { backlog } = live;
  return (backlog.stages[backlog.stage - 1]?.start ?? 0) + live.rule.lifetime;
};

/** The rule of a stage, counted from 1. @throws RangeError where there is none. */
export const ruleAt = (rules: readonly CompiledRule[], stage: number): CompiledRule => {
  const rule = rules[stage - 1];
  if (rule === undefined) throw new RangeError(`stage ${stage} was asked for, 1–${rules.length} would be right`);
  return rule;
};
