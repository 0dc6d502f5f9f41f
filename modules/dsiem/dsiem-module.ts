import type { Event, LogicModule, LogRecord, LookupResult, ModuleContext, NormalizedEvent } from 'tocsin';
import { createEngine, type Engine } from 'tocsin/directives';
import { AlarmLookups } from './alarm-lookups.js';
import { loadConfiguration } from './configuration.js';
import { AlarmEvent, AlarmEventCounted } from './events.js';
import type { DsiemOptions } from './options.js';
import { isSavedBacklogs, takeSavedBacklogs } from './saved-backlogs.js';

const msPerSecond = 1000;
const gaugesEveryMs = 1000;

/** Runs normalized events, of records and of audit events above, through the directive engine; dispatches alarms. */
export class DsiemModule implements LogicModule {
  readonly #engine: Engine;
  readonly #lookups: AlarmLookups;
  readonly #context: ModuleContext;
  readonly #alarmIds = new Set<string>();
  #gaugesAt = 0;

  constructor(options: DsiemOptions, context: ModuleContext) {
    this.#context = context;
    const { directives, assets, lookups } = loadConfiguration(options, context.files);
    const { sources } = lookups;
    this.#lookups = new AlarmLookups({ sources, ...options }, context);
    const { metrics, state } = context;
    this.#engine = createEngine({
      directives: directives.directives,
      assets: assets.assets,
      options: {
        oorGraceSeconds: options.oorGrace,
        discardOorEvents: options.discardOorEvents,
        minAlarmLifetimeMinutes: options.minAlarmLifetimeMinutes,
        medRiskMin: options.medRiskMin,
        medRiskMax: options.medRiskMax,
        statuses: options.status,
        tags: options.tags,
        keepBacklogs: options.reloadBacklogs,
        lookups: {
          intel: sources.some(({ kind }) => kind === 'intel'),
          vulnerabilities: sources.some(({ kind }) => kind === 'vulnerabilities'),
        },
        limits: {
          backlogs: options.maxBacklogs,
          backlogsPerDirective: options.maxBacklogsPerDirective,
          addresses: options.maxAddresses,
          customData: options.maxCustomData,
          sticky: options.maxSticky,
          idsPerStage: options.maxIdsPerStage,
        },
      },
      state,
      out: {
        alarmEvent: (line) => context.dispatchQuiet(() => AlarmEventCounted.of(line)),
        alarm: (line, cause) => {
          this.#noteAlarm(line.alarm_id);
          context.dispatch(AlarmEvent.of(line, cause));
        },
        lookup: (question) => this.#lookups.note(question),
      },
      count: (reason, by) => metrics.count(reason, by),
    });
  }

  onRecord({ normalized }: LogRecord): void {
    for (const event of normalized) this.#offer(event);
  }

  onEvent(event: Event): void {
    for (const normalized of event.toNormalized?.() ?? []) this.#offer(normalized);
  }

  onTick(now: number): void {
    this.#engine.tick(now / msPerSecond);
    if (now - this.#gaugesAt < gaugesEveryMs) return;
    this.#gaugesAt = now;
    const { liveBacklogs, directives } = this.#engine.stats();
    this.#context.metrics.gauge('live_backlogs', liveBacklogs);
    this.#context.metrics.gauge('directives', directives);
  }

  onResult(result: LookupResult): void {
    if (isSavedBacklogs(result)) {
      this.#engine.tick(this.#context.now / msPerSecond);
      takeSavedBacklogs(result, this.#engine, this.#context);
    } else this.#lookups.answer(result, this.#engine);
  }

  #offer(event: NormalizedEvent): void {
    this.#context.metrics.count('normalized_events');
    const { now, wallTime } = this.#context;
    this.#engine.event(event, Math.floor(now / msPerSecond), Math.floor(wallTime / msPerSecond));
    this.#lookups.askNoted(this.#engine);
  }

  /** Alarms are counted once each, as far as memory is bounded. */
  #noteAlarm(id: string): void {
    if (this.#alarmIds.has(id)) return;
    if (this.#alarmIds.size >= 100_000) this.#alarmIds.clear();
    this.#alarmIds.add(id);
    this.#context.metrics.count('alarms');
  }
}
