import type { NormalizedEvent } from '../normalize/normalized-event.js';
import { type Backlog, firstEventOf, type StageProgress } from './backlog.js';
import type { CompiledDirective } from './compile.js';
import { ruleAt } from './live.js';
import type { EngineLimits, EngineOptions } from './options.js';
import type { Reason } from './reason.js';
import { stickyValue } from './step.js';
import type { Subject } from './subject.js';
import { type Added, addAddress, addUnique } from './unique-list.js';

type Count = (reason: Reason) => void;

/** Where a backlog stands after an event counted in its current stage. */
export type Outcome = 'stage-goes-on' | 'stage-begun' | 'stage-finished' | 'finished';

const noted = (added: Added, reason: Reason, count: Count): void => {
  if (added === 'full') count(reason);
};

const joinServices = (backlog: Backlog, event: NormalizedEvent, limit: number): void => {
  backlog.services ??= [];
  if (event.srcPort > 0) addUnique(backlog.services, `${event.srcIp} ${event.srcPort}`, limit);
  if (event.dstPort > 0) addUnique(backlog.services, `${event.dstIp} ${event.dstPort}`, limit);
};

/** The event's addresses, ports and custom data join the backlog, within the limits. */
export const join = (
  backlog: Backlog,
  subject: Subject,
  context: { readonly options: EngineOptions; readonly count: Count },
): void => {
  const { options, count } = context;
  const { event } = subject;
  const { limits } = options;
  noted(addAddress(backlog.srcIps, event.srcIp, limits.addresses), 'limit-addresses', count);
  noted(addAddress(backlog.dstIps, event.dstIp, limits.addresses), 'limit-addresses', count);
  for (const pair of subject.custom) {
    noted(addUnique(backlog.custom, pair, limits.customData), 'limit-custom-data', count);
  }
  if (options.lookups.vulnerabilities) joinServices(backlog, event, limits.addresses);
};

const currentStage = (backlog: Backlog): StageProgress => {
  const progress = backlog.stages[backlog.stage - 1];
  if (progress === undefined) throw new Error(`backlog ${backlog.alarmId} has no stage ${backlog.stage}`);
  return progress;
};

const rememberSticky = (
  backlog: Backlog,
  event: NormalizedEvent,
  how: { readonly compiled: CompiledDirective; readonly limits: EngineLimits; readonly count: Count },
): void => {
  const field = ruleAt(how.compiled.rules, backlog.stage).rule.stickyDifferent;
  if (field === '') return;
  backlog.sticky ??= [];
  noted(addUnique(backlog.sticky, stickyValue(field, event), how.limits.sticky), 'limit-sticky', how.count);
};

const finishStage = (backlog: Backlog, event: NormalizedEvent, how: { now: number; last: boolean }): Outcome => {
  currentStage(backlog).end = event.time;
  // The first stage's counts whatever it is: some senders write times before 1970 for none.
  backlog.latestEnd = backlog.stage === 1 ? event.time : Math.max(backlog.latestEnd, event.time);
  if (how.last) {
    backlog.status = 'finished';
    backlog.opened = how.now;
    return 'finished';
  }
  backlog.stage += 1;
  backlog.count = 0;
  backlog.opened = how.now;
  delete backlog.sticky;
  // Not pushed: an array that grows takes room for seventeen.
  backlog.stages = [...backlog.stages, { start: event.time, end: 0, ids: 0, first: null }];
  return 'stage-finished';
};

/** The event counts in the current stage (dsiem.md §4.3): count, first event, times, and on to the next stage. */
export const countInStage = (
  backlog: Backlog,
  event: NormalizedEvent,
  context: {
    readonly compiled: CompiledDirective;
    readonly now: number;
    /** What `now` is shown as. */
    readonly wallTime: number;
    readonly limits: EngineLimits;
    readonly count: Count;
  },
): Outcome => {
  const { compiled, now } = context;
  const progress = currentStage(backlog);
  const isFirst = backlog.count === 0;
  backlog.updated = context.wallTime;
  backlog.count += 1;
  if (isFirst) {
    progress.start = event.time;
    backlog.opened = now;
    if (compiled.keepsFirst[backlog.stage - 1] === true) progress.first = firstEventOf(event);
  }
  const { rule } = ruleAt(compiled.rules, backlog.stage);
  if (backlog.count < rule.occurrence) {
    rememberSticky(backlog, event, context);
    return isFirst ? 'stage-begun' : 'stage-goes-on';
  }
  return finishStage(backlog, event, { now, last: backlog.stage === compiled.rules.length });
};
