import type { NormalizedEvent } from '../normalize/normalized-event.js';
import { ruleMatches } from './compile.js';
import type { StickyField } from './directive.js';
import type { Live } from './live.js';
import type { EngineOptions } from './options.js';
import { pinsHold } from './pin.js';
import type { Subject } from './subject.js';
import { holds } from './unique-list.js';

/** What an event is to a live backlog (dsiem.md §4.3). */
export type Decision =
  | { readonly kind: 'not-mine' | 'out-of-order' | 'not-different' | 'counts' }
  /** `all_rules_always_active`: it counts in an earlier stage. */
  | { readonly kind: 'earlier'; readonly stage: number };

const NOT_MINE: Decision = { kind: 'not-mine' };
const OUT_OF_ORDER: Decision = { kind: 'out-of-order' };
const NOT_DIFFERENT: Decision = { kind: 'not-different' };
const COUNTS: Decision = { kind: 'counts' };

const STICKY_VALUES: Readonly<Record<StickyField, (event: NormalizedEvent) => string | number>> = {
  PLUGIN_SID: (event) => event.pluginSid,
  SRC_IP: (event) => event.srcIp,
  DST_IP: (event) => event.dstIp,
  SRC_PORT: (event) => event.srcPort,
  DST_PORT: (event) => event.dstPort,
  CUSTOM_DATA1: (event) => event.customData1,
  CUSTOM_DATA2: (event) => event.customData2,
  CUSTOM_DATA3: (event) => event.customData3,
};

/** The event's value of the field that has to differ; an empty one is a value. */
export const stickyValue = (field: StickyField, event: NormalizedEvent): string => String(STICKY_VALUES[field](event));

const isNotDifferent = (live: Live, event: NormalizedEvent): boolean => {
  const field = live.rule.rule.stickyDifferent;
  const { sticky } = live.backlog;
  return field !== '' && sticky !== undefined && holds(sticky, stickyValue(field, event));
};

/** True where the event is what the current rule looks for: as `ruleMatches`, but for the values by one comparison. */
const isWanted = (live: Live, subject: Subject): boolean => {
  const { matcher, pins } = live.rule;
  if (!matcher.holdsFor(subject) || matcher.keyOf(subject) !== live.wanted) return false;
  // Several values in one key may be others that happen to read the same.
  return pins.length < 2 || pinsHold(pins, subject.event, live.backlog.stages);
};

/** Decides what the event is to the backlog; changes nothing. */
export const decide = (
  live: Live,
  subject: Subject,
  options: Pick<EngineOptions, 'oorGraceSeconds' | 'discardOorEvents'>,
): Decision => {
  const { backlog } = live;
  const { event } = subject;
  if (event.time <= live.latest && isWanted(live, subject)) {
    const isOutOfOrder = event.time < backlog.latestEnd - options.oorGraceSeconds;
    if (!isOutOfOrder) return isNotDifferent(live, event) ? NOT_DIFFERENT : COUNTS;
    if (options.discardOorEvents) return OUT_OF_ORDER;
  }
  for (const rule of live.compiled.earlier ?? []) {
    const { stage } = rule.rule;
    if (stage >= backlog.stage) break;
    if (ruleMatches(rule, subject, backlog.stages)) return { kind: 'earlier', stage };
  }
  return NOT_MINE;
};
