import type { StageProgress } from './backlog.js';
import type { Directive, Rule } from './directive.js';
import { referenceOf } from './lists.js';
import { fieldConditions } from './match.js';
import type { Matcher } from './matcher.js';
import type { MatchIndex } from './match-index.js';
import { type Pin, pinsHold } from './pin.js';
import type { Subject } from './subject.js';

/** A rule ready to run. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly matcher: Matcher;
  readonly pins: readonly Pin[];
  /** Seconds from a stage's start to the last event it takes: timeout and the minimal lifetime of alarms. */
  readonly lifetime: number;
}

/** A directive ready to run: definition only, shared by all its backlogs. */
export interface CompiledDirective {
  readonly directive: Directive;
  /** By stage. */
  readonly rules: readonly CompiledRule[];
  /** With `all_rules_always_active`: the rules as earlier stages go on matching (dsiem.md §4.3). */
  readonly earlier: readonly CompiledRule[] | undefined;
  /** By stage: whether its first event is needed later. */
  readonly keepsFirst: readonly boolean[];
}

const FOLLOWS_FIRST = ['ANY', 'HOME_NET', '!HOME_NET'];

/** Rule 1 as it goes on matching while later stages run: open addresses mean those of the first event (dsiem.md §4.3). */
const asEarlier = (rule: Rule): Rule =>
  rule.stage !== 1
    ? rule
    : {
        ...rule,
        from: FOLLOWS_FIRST.includes(rule.from) ? ':1' : rule.from,
        to: FOLLOWS_FIRST.includes(rule.to) ? ':1' : rule.to,
      };

/** True where the event is what the rule looks for, given the backlog's stages so far (dsiem.md §3, without its point 7). */
export const ruleMatches = (compiled: CompiledRule, subject: Subject, stages: readonly StageProgress[]): boolean =>
  compiled.matcher.holdsFor(subject) && pinsHold(compiled.pins, subject.event, stages);

const referencesOf = (rule: Rule): (number | undefined)[] =>
  [
    rule.from,
    rule.to,
    rule.portFrom,
    rule.portTo,
    rule.protocol,
    rule.customData1,
    rule.customData2,
    rule.customData3,
  ].map(referenceOf);

/** What compiling needs to know beside the directive. */
export interface CompileContext {
  readonly index: MatchIndex;
  readonly minAlarmLifetimeSeconds: number;
}

const compileRule = (rule: Rule, directive: Directive, context: CompileContext): CompiledRule => {
  const conditions = fieldConditions(rule, directive.protocolIgnored);
  const pins = conditions.flatMap((condition) => condition?.pin ?? []);
  const fixed = conditions.flatMap((condition) => condition?.fixed ?? []);
  const matcher = context.index.matcherFor(rule, pins, fixed);
  return Object.freeze({ rule, matcher, pins, lifetime: rule.timeout + context.minAlarmLifetimeSeconds });
};

/** Compiles a checked directive. Rules that look for the same thing share a matcher. */
export const compileDirective = (directive: Directive, context: CompileContext): CompiledDirective => {
  const rules = directive.rules.map((rule) => compileRule(rule, directive, context));
  const earlier = directive.allRulesAlwaysActive
    ? directive.rules.map((rule) => compileRule(asEarlier(rule), directive, context))
    : undefined;
  const referenced = new Set(directive.rules.flatMap(referencesOf));
  const keepsFirst = directive.rules.map(({ stage }) => stage === 1 || referenced.has(stage));
  return Object.freeze({ directive, rules, earlier, keepsFirst });
};
