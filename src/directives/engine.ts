// A little longer than most: the way of one event through one directive (dsiem.md §4) is read in one go.
import type { NormalizedEvent } from '../normalize/normalized-event.js';
import { AlarmWriter } from './alarm-writer.js';
import type { AssetMap } from './asset-map.js';
import type { Backlog } from './backlog.js';
import { Backlogs } from './backlogs.js';
import { Candidates } from './candidates.js';
import { type CompiledDirective, compileDirective, ruleMatches } from './compile.js';
import { type Live, ruleAt } from './live.js';
import type { EngineOutput, EngineParts, EngineStats } from './engine-parts.js';
import { type ImportedBacklogs, importBacklogs } from './import-backlogs.js';
import { type LookupAnswer, mergeAnswer } from './lookup.js';
import { MatchIndex } from './match-index.js';
import { completeOptions, type EngineOptions, optionFaults } from './options.js';
import { countInStage, join } from './progress.js';
import type { Reason } from './reason.js';
import { restore } from './restore.js';
import { riskOf } from './risk.js';
import { type Clock, CLOCK } from './state-keys.js';
import { decide } from './step.js';
import { Subject } from './subject.js';
import { waitForFirst } from './waiting.js';

/** Earlier than any log, and still a small integer, which keeps times of backlogs small, too. */
const BEFORE_ALL = -(2 ** 31);

/** Correlates normalized events into alarms (dsiem.md §3–§6): a function of its state and what it is given. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #assets: AssetMap;
  readonly #out: EngineOutput;
  readonly #count: (reason: Reason) => void;
  readonly #subject: Subject;
  readonly #candidates: Candidates;
  readonly #backlogs: Backlogs;
  readonly #alarms: AlarmWriter;
  #now: number;
  #wallTime = 0;

  /** @throws Error naming all options that are not right. */
  constructor(parts: EngineParts) {
    this.#options = completeOptions(parts.options ?? {});
    const faults = optionFaults(this.#options);
    if (faults.length > 0) throw new Error(`the directive engine cannot start: ${faults.join('; ')}`);
    this.#assets = parts.assets;
    this.#out = parts.out;
    this.#count = (reason) => parts.count(reason, 1);
    this.#subject = new Subject(parts.assets);
    const index = new MatchIndex();
    const context = { index, minAlarmLifetimeSeconds: this.#options.minAlarmLifetimeMinutes * 60 };
    const current = new Map(parts.directives.map((one) => [one.id, compileDirective(one, context)]));
    for (const compiled of current.values()) waitForFirst(compiled);
    this.#candidates = new Candidates(index);
    this.#backlogs = new Backlogs(parts.state, this.#options, current);
    const { assets, out } = parts;
    this.#alarms = new AlarmWriter({ backlogs: this.#backlogs, assets, out, count: this.#count });
    this.#now = parts.state.get<Clock>(CLOCK)?.now ?? BEFORE_ALL;
    restore({
      backlogs: this.#backlogs,
      current,
      compile: (directive) => compileDirective(directive, context),
      end: (live) => this.#timeOut(live),
      awaitAnswers: (live, until) => this.#alarms.awaitAnswers(live, until),
      count: this.#count,
    });
  }

  /** Correlates one event. `now` in seconds: time of receipt, in a replay the newest event time; it never goes back. `wallTime`: what alarms show it as, where the clock was set. */
  event(event: NormalizedEvent, now: number, wallTime?: number): void {
    this.tick(now);
    this.#wallTime = wallTime ?? this.#now;
    this.#subject.turnTo(event);
    if (this.#assets.hasWhitelisted && this.#subject.source.isWhitelisted) {
      this.#count('whitelisted');
      return;
    }
    this.#candidates.find(this.#subject);
    if (!this.#offer(this.#candidates)) this.#count('unmatched');
  }

  /** Time has come (seconds): what ends by then ends. */
  tick(time: number): void {
    const now = Math.floor(time);
    // So written, it also turns away what is not a number.
    if (!(now > this.#now)) return;
    this.#now = now;
    const { state } = this.#backlogs;
    const clock = state.edit<Clock>(CLOCK);
    if (clock === undefined) state.put(CLOCK, { now, born: 0 });
    else clock.now = now;
    for (let due = this.#backlogs.expiry.takeDue(now); due !== undefined; due = this.#backlogs.expiry.takeDue(now)) {
      for (const live of due) {
        if (live.isLive) this.#timeOut(live);
        else this.#alarms.forget(live);
      }
    }
  }

  /** What lookups found for an alarm: merged, and written as one more line where something is new. */
  addLookupResults(answer: LookupAnswer): void {
    const live = this.#backlogs.byAlarm.get(answer.alarmId);
    if (live === undefined) {
      this.#count('lookup-too-late');
      return;
    }
    const isNew = mergeAnswer(this.#backlogs.touch(live), answer, {
      limit: this.#options.limits.addresses,
      full: () => this.#count('limit-lookup-results'),
    });
    if (isNew) this.#alarms.write(live, 'lookup');
  }

  /** Takes up what dsiem-rs saved of one directive's backlogs (dsiem.md §8): parsed JSON, not trusted. */
  importBacklogs(directive: number, saved: unknown): ImportedBacklogs {
    return importBacklogs({ backlogs: this.#backlogs, directive, now: this.#now, count: this.#count }, saved);
  }

  stats(): EngineStats {
    const { ages, byAlarm, directives } = this.#backlogs;
    return { now: this.#now, directives: directives.size, liveBacklogs: ages.size, alarms: byAlarm.size };
  }

  /** The progress of one alarm that is live, or ended and waiting for lookups; for the console. */
  inspect(alarmId: string): Readonly<Backlog> | undefined {
    return this.#backlogs.byAlarm.get(alarmId)?.backlog;
  }

  /** Goes through lives and starters directive by directive, in order of their ids; false where nobody took the event. */
  #offer({ lives, starters }: Candidates): boolean {
    let isTaken = false;
    let at = 0;
    let start = 0;
    while (at < lives.size || start < starters.size) {
      const starter = starters.at(start);
      const id = Math.min(lives.at(at)?.backlog.directive ?? Infinity, starter?.directive.id ?? Infinity);
      let end = at;
      while (lives.at(end)?.backlog.directive === id) end += 1;
      const isStarter = starter?.directive.id === id;
      if (this.#isRepeated(id)) isTaken = true;
      else if (this.#offerToLives(at, end)) isTaken = true;
      else if (isStarter && this.#start(starter)) isTaken = true;
      at = end;
      if (isStarter) start += 1;
    }
    return isTaken;
  }

  /** True where an event with this id has counted in a live backlog of the directive. */
  #isRepeated(directive: number): boolean {
    if (!this.#backlogs.progressOf(directive).knows(this.#subject.id)) return false;
    this.#count('repeated');
    return true;
  }

  /** Offers the event to those found for one directive; true where one of them consumes it. */
  #offerToLives(from: number, to: number): boolean {
    let isConsumed = false;
    let before: Live | undefined;
    for (let i = from; i < to; i += 1) {
      const live = this.#candidates.lives.at(i);
      if (live === undefined || live === before) continue;
      before = live;
      if (live.isLive && this.#offerToOne(live)) isConsumed = true;
    }
    return isConsumed;
  }

  /** True where the directive begins a backlog with the event. */
  #start(starter: CompiledDirective): boolean {
    if (!ruleMatches(ruleAt(starter.rules, 1), this.#subject, [])) return false;
    this.#open(starter);
    return true;
  }

  /** True where the backlog consumes the event. */
  #offerToOne(live: Live): boolean {
    const decision = decide(live, this.#subject, this.#options);
    if (decision.kind === 'not-mine') return false;
    if (decision.kind === 'counts') this.#countIn(live);
    else if (decision.kind === 'earlier') this.#countInEarlier(live, decision.stage);
    else this.#count(decision.kind);
    return true;
  }

  #open(compiled: CompiledDirective): void {
    const { limits } = this.#options;
    const { ages } = this.#backlogs.progressOf(compiled.directive.id);
    if (ages.size >= limits.backlogsPerDirective) this.#endOldest(ages.oldest(), 'limit-backlogs-per-directive');
    const all = this.#backlogs.ages;
    if (all.size >= limits.backlogs) this.#endOldest(all.oldest(), 'limit-backlogs');
    this.#countIn(this.#backlogs.open(compiled, this.#subject.event, this.#now));
  }

  #endOldest(live: Live | undefined, reason: Reason): void {
    this.#count(reason);
    if (live !== undefined) this.#timeOut(live);
  }

  #joinEvent(live: Live, stage: number): Backlog {
    const { event } = this.#subject;
    const backlog = this.#backlogs.touch(live);
    if (!this.#backlogs.remember(live, this.#subject.id, stage)) this.#count('limit-ids');
    join(backlog, this.#subject, { options: this.#options, count: this.#count });
    this.#out.alarmEvent({ alarm_id: backlog.alarmId, stage, event_id: event.id });
    return backlog;
  }

  #countInEarlier(live: Live, stage: number): void {
    this.#joinEvent(live, stage).updated = this.#wallTime;
    this.#alarms.write(live, 'always-active');
  }

  #countIn(live: Live): void {
    const { stage } = live.backlog;
    const { compiled } = live;
    const backlog = this.#joinEvent(live, stage);
    const isWaiting = stage > 1;
    const willFinish = backlog.count + 1 >= ruleAt(compiled.rules, stage).rule.occurrence;
    if (isWaiting && willFinish) this.#backlogs.unsettle(live);
    const outcome = countInStage(backlog, this.#subject.event, {
      compiled,
      now: this.#now,
      wallTime: this.#wallTime,
      limits: this.#options.limits,
      count: this.#count,
    });
    if (outcome === 'stage-goes-on') return;
    if (outcome === 'stage-begun') {
      this.#backlogs.settle(live);
      return;
    }
    const { reliability } = ruleAt(compiled.rules, stage).rule;
    const risk = riskOf(backlog, this.#assets, { priority: compiled.directive.priority, reliability });
    backlog.risk = Math.max(backlog.risk, risk);
    if (outcome === 'stage-finished') this.#backlogs.settle(live);
    else this.#backlogs.close(live);
    this.#alarms.write(live, 'stage');
    if (outcome === 'finished') this.#alarms.retire(live, this.#now);
  }

  #timeOut(live: Live): void {
    const backlog = this.#backlogs.touch(live);
    this.#backlogs.unsettle(live);
    backlog.status = 'timeout';
    backlog.opened = this.#now;
    this.#backlogs.close(live);
    this.#alarms.write(live, 'timeout');
    this.#alarms.retire(live, this.#now);
  }
}

/** An engine over the given state: empty, or as a former engine left it. @throws Error naming all options that are not right. */
export const createEngine = (parts: EngineParts): Engine => new Engine(parts);
