import type { Backlog } from './backlog.js';
import type { Backlogs } from './backlogs.js';
import type { CompiledDirective } from './compile.js';
import type { Directive } from './directive.js';
import { Live } from './live.js';
import type { Reason } from './reason.js';
import { BACKLOG, DEFINITION } from './state-keys.js';

interface Restoring {
  readonly backlogs: Backlogs;
  /** Directives as they are now, by id. */
  readonly current: ReadonlyMap<number, CompiledDirective>;
  readonly compile: (directive: Directive) => CompiledDirective;
  /** Ends a live backlog with status `timeout`. */
  readonly end: (live: Live) => void;
  /** Keeps an ended alarm for lookup results until the given second. */
  readonly awaitAnswers: (live: Live, until: number) => void;
  readonly count: (reason: Reason) => void;
}

const storedBacklogs = ({ state }: Backlogs): { key: string; backlog: Backlog }[] => {
  const found: { key: string; backlog: Backlog }[] = [];
  for (const [key, value] of state.entries()) {
    if (key.startsWith(BACKLOG)) found.push({ key, backlog: value as Backlog });
  }
  return found.sort((a, b) => a.backlog.born - b.backlog.born);
};

/** The rules a backlog began with: compiled once for all that share them. */
const definitions = ({ backlogs, current, compile }: Restoring): ((backlog: Backlog) => CompiledDirective) => {
  const compiled = new Map<string, CompiledDirective>();
  return (backlog) => {
    const known = compiled.get(backlog.definition);
    if (known !== undefined) return known;
    const now = current.get(backlog.directive);
    const isSame = now !== undefined && backlogs.definitionOf(now) === backlog.definition;
    const stored = backlogs.state.get<Directive>(`${DEFINITION}${backlog.definition}`);
    if (!isSame && stored === undefined) {
      throw new Error(`the state has a backlog of directive ${backlog.directive} without the rules it began with`);
    }
    const found = isSame || stored === undefined ? now : compile(stored);
    if (found === undefined) throw new Error(`directive ${backlog.directive} has no rules`);
    compiled.set(backlog.definition, found);
    return found;
  };
};

const forgetDefinitions = ({ state }: Backlogs, used: ReadonlySet<string>): void => {
  const unused = [...state.keys()].filter(
    (key) => key.startsWith(DEFINITION) && !used.has(key.slice(DEFINITION.length)),
  );
  for (const key of unused) state.delete(key);
};

/**
 * Takes up the backlogs of the state (dsiem.md §8): each goes on under the rules it began with; one whose directive is
 * gone or has another name ends with a last `timeout` line.
 */
export const restore = (restoring: Restoring): void => {
  const { backlogs, current, count } = restoring;
  const { options, state } = backlogs;
  const rulesOf = definitions(restoring);
  const used = new Set<string>();
  for (const { key, backlog } of storedBacklogs(backlogs)) {
    if (backlog.status === 'live' && !options.keepBacklogs) {
      state.delete(key);
      count('dropped-at-start');
      continue;
    }
    used.add(backlog.definition);
    const live = new Live(backlog, rulesOf(backlog), backlogs.progressOf(backlog.directive), key);
    if (backlog.risk >= 1) backlogs.byAlarm.set(backlog.alarmId, live);
    if (!live.isLive) {
      restoring.awaitAnswers(live, backlog.opened + Math.floor(options.endedSeconds) + 1);
      continue;
    }
    backlogs.resume(live);
    if (current.get(backlog.directive)?.directive.name === live.compiled.directive.name) continue;
    count('directive-gone');
    restoring.end(live);
  }
  forgetDefinitions(backlogs, used);
};
