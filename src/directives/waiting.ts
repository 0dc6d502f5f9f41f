import type { CompiledDirective, CompiledRule } from './compile.js';
import { type Live, ruleAt } from './live.js';
import { wantedKey } from './pin.js';

const forEachWanted = (live: Live, visit: (rule: CompiledRule) => void): void => {
  visit(live.rule);
  const { earlier } = live.compiled;
  if (earlier === undefined) return;
  for (const rule of earlier) {
    if (rule.rule.stage < live.backlog.stage) visit(rule);
  }
};

/** Files a directive under what its stage 1 looks for. */
export const waitForFirst = (compiled: CompiledDirective): void => {
  const { matcher, pins } = ruleAt(compiled.rules, 1);
  const key = wantedKey(pins, []);
  if (key !== undefined) matcher.addStarter(key, compiled);
};

/** Files a backlog under all it waits for: its current rule, and the earlier ones where they stay active. */
export const startWaiting = (live: Live): void => {
  const { backlog, rule } = live;
  live.wanted = wantedKey(rule.pins, backlog.stages);
  live.latest = (backlog.stages[backlog.stage - 1]?.start ?? 0) + rule.lifetime;
  forEachWanted(live, (rule) => {
    const key = wantedKey(rule.pins, live.backlog.stages);
    if (key !== undefined) rule.matcher.wait(key, live);
  });
};

/** Undoes `startWaiting`; to be called before the backlog changes. */
export const stopWaiting = (live: Live): void => {
  forEachWanted(live, (rule) => {
    const key = wantedKey(rule.pins, live.backlog.stages);
    if (key !== undefined) rule.matcher.leave(key, live);
  });
};
