import { ReusedList } from '../reused-list.js';
import type { CompiledDirective } from './compile.js';
import { Crowd } from './crowd.js';
import type { Live } from './live.js';
import type { MatchIndex } from './match-index.js';
import type { Matcher } from './matcher.js';
import type { Subject } from './subject.js';

const byAge = (a: Live, b: Live): number => a.backlog.directive - b.backlog.directive || a.backlog.n - b.backlog.n;
const byId = (a: CompiledDirective, b: CompiledDirective): number => a.directive.id - b.directive.id;

/** Whom an event could concern, found by hash keys: never more than those who wait for its values, some of them in vain. */
export class Candidates {
  /** By directive, then in order of creation; the same one may be here twice in a row. */
  readonly lives = new ReusedList<Live>();
  /** Directives that may begin with the event, by id. */
  readonly starters = new ReusedList<CompiledDirective>();

  constructor(readonly index: MatchIndex) {}

  /** Finds them for the subject's event; replaces those found before. */
  find(subject: Subject): void {
    const { lives, starters, index } = this;
    lives.clear();
    starters.clear();
    const { event } = subject;
    if (event.pluginId > 0) this.#ask(index.ofPlugin(event), subject);
    if (event.category !== '') {
      this.#ask(index.ofCategory(event), subject);
      this.#ask(index.ofSubcategory(event), subject);
    }
    lives.sort(byAge);
    starters.sort(byId);
  }

  #ask(matchers: readonly Matcher[], subject: Subject): void {
    const { event } = subject;
    for (const matcher of matchers) {
      if (!matcher.isWanted || !matcher.fixedHold(subject)) continue;
      const key = matcher.keyOf(subject);
      const starters = matcher.startersOf(key);
      if (starters !== undefined) for (const starter of starters) this.starters.push(starter);
      const waiting = matcher.waitingFor(key);
      if (waiting === undefined) continue;
      if (!(waiting instanceof Crowd)) this.lives.push(waiting);
      else if (event.time <= waiting.latest) for (const live of waiting.members) this.lives.push(live);
    }
  }
}
