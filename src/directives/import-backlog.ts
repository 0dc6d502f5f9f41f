import type { Backlog, StageProgress } from './backlog.js';
import type { CompiledDirective } from './compile.js';
import { ruleAt } from './live.js';
import type { EngineLimits } from './options.js';
import type { Reason } from './reason.js';
import { rebuildFirstEvents } from './rebuild-first-events.js';
import type { SavedBacklog } from './saved-backlog.js';
import { type Added, addAddress, addUnique } from './unique-list.js';

/** A backlog that can go on here: all but what tells it from others. */
export type ImportedProgress = Omit<Backlog, 'directive' | 'n' | 'born' | 'definition'>;

/** What decides beside the backlog and its directive. */
export interface ImportContext {
  /** Seconds. */
  readonly now: number;
  readonly limits: EngineLimits;
  /** Told of what the limits leave out. */
  readonly count: (reason: Reason) => void;
}

/** The stage it is in: what it says, else the first that has not finished. */
const stageOf = ({ currentStage, rules }: SavedBacklog, stages: number): number | Reason => {
  let stage = currentStage ?? 1;
  if (stage < 1 || stage > stages) return 'import-no-stage';
  while (stage <= stages && rules.get(stage)?.status === 'finished') stage += 1;
  if (stage > stages) return 'import-over';
  // A first stage takes one event, so what is still in it has none.
  return stage === 1 || (currentStage === undefined && !rules.has(stage)) ? 'import-no-stage' : stage;
};

const isOver = ({ status, rules }: SavedBacklog): boolean =>
  ['finished', 'timeout'].includes(status) || [...rules.values()].some((rule) => rule.status === 'timeout');

/** Times of the stages begun. None is later than now: that would keep a stage open longer than its timeout. */
const stagesOf = (saved: SavedBacklog, stage: number, now: number): StageProgress[] => {
  const past = (time: number): number => Math.min(time, now);
  const stages: StageProgress[] = [];
  let before = past(saved.created);
  for (let n = 1; n <= stage; n += 1) {
    const rule = saved.rules.get(n);
    const start = past(rule?.start ?? 0) || before || (n === stage ? past(saved.updated) || now : 0);
    const end = n < stage ? past(rule?.end ?? 0) || start : 0;
    before = end;
    stages.push({ start, end, ids: 0, first: null });
  }
  return stages;
};

/** Events that counted in the current stage: as told, else one where it has begun later than the one before ended. */
const countOf = (saved: SavedBacklog, stages: readonly StageProgress[], occurrence: number): number => {
  const stage = stages.length;
  const rule = saved.rules.get(stage);
  const begun = rule !== undefined && rule.start > (stages[stage - 2]?.end ?? 0) ? 1 : 0;
  return Math.min(rule?.events ?? begun, occurrence - 1);
};

/** What a list takes of another; the rest is counted. */
const within = <T>(items: readonly T[], limit: number, full: () => void): T[] => {
  for (let n = limit; n < items.length; n += 1) full();
  return items.slice(0, limit);
};

const listsOf = (
  saved: SavedBacklog,
  { limits, count }: ImportContext,
): Pick<ImportedProgress, 'srcIps' | 'dstIps' | 'custom' | 'intel' | 'vulnerabilities'> => {
  const lists = { srcIps: [] as string[], dstIps: [] as string[], custom: [] as string[] };
  const noted = (added: Added, reason: Reason): void => {
    if (added === 'full') count(reason);
  };
  for (const side of ['srcIps', 'dstIps'] as const) {
    for (const address of saved[side]) noted(addAddress(lists[side], address, limits.addresses), 'limit-addresses');
  }
  for (const { label, content } of saved.custom) {
    noted(addUnique(lists.custom, JSON.stringify([label, content]), limits.customData), 'limit-custom-data');
  }
  const full = (): void => count('limit-lookup-results');
  const intel = within(saved.intel, limits.addresses, full);
  const vulnerabilities = within(saved.vulnerabilities, limits.addresses, full);
  return {
    ...lists,
    ...(intel.length === 0 ? {} : { intel }),
    ...(vulnerabilities.length === 0 ? {} : { vulnerabilities }),
  };
};

/** What a saved backlog of the directive is here; or why it cannot go on (dsiem.md §8). */
export const importBacklog = (
  saved: SavedBacklog,
  compiled: CompiledDirective,
  context: ImportContext,
): ImportedProgress | Reason => {
  const { directive, rules } = compiled;
  const { now } = context;
  if (saved.kingdom !== directive.kingdom || saved.category !== directive.category) return 'import-other-directive';
  if (isOver(saved)) return 'import-over';
  const stage = stageOf(saved, rules.length);
  if (typeof stage === 'string') return stage;
  const stages = stagesOf(saved, stage, now);
  const count = countOf(saved, stages, ruleAt(rules, stage).rule.occurrence);
  const firsts = rebuildFirstEvents(saved, compiled, count > 0 ? stage : stage - 1);
  if (firsts === undefined) return 'import-no-first-event';
  for (const [index, first] of firsts.entries()) {
    const progress = stages[index];
    if (progress !== undefined) progress.first = first;
  }
  const updated = Math.min(saved.updated, now) || Math.max(...stages.map(({ start, end }) => Math.max(start, end)));
  return {
    alarmId: saved.alarmId,
    status: 'live',
    stage,
    count,
    opened: stages[stage - 1]?.start ?? now,
    latestEnd: Math.max(...stages.map(({ end }) => end)),
    risk: saved.risk,
    created: saved.risk < 1 ? 0 : Math.min(saved.created, now) || updated,
    updated,
    stages,
    ids: [],
    ...listsOf(saved, context),
  };
};
