import { checkStorable } from '../dispatch/stored-event.js';
import type { Event } from '../events/event.js';
import { type Core, createCore } from '../frontend/core.js';
import type { Clock } from '../frontend/frontend.js';
import type { Verdicts } from '../frontend/verdicts.js';
import type { Log } from '../module.js';
import type { ResolvedStack } from '../stack/resolve.js';
import { ReplayOutputs } from './outputs.js';

/** What a replay did (cli.md). */
export interface ReplaySummary {
  readonly records: number;
  readonly faults: number;
  /** Events by class. */
  readonly events: Readonly<Record<string, number>>;
  readonly alarms: number;
  readonly normalized: number;
  readonly seconds: number;
  readonly recordsPerSecond: number;
}

/** A core that begins with nothing, writes its events into the files of `--out`, and asks no lookup source. */
export interface ReplayedCore {
  readonly core: Core;
  readonly outputs: ReplayOutputs;
  /** Lookups that modules asked for. */
  readonly asked: () => number;
  readonly summary: () => ReplaySummary;
}

/** Rejects where a module cannot be created, or the files cannot be made. */
export const openReplayedCore = async (options: {
  readonly stack: ResolvedStack;
  readonly clock: Clock;
  readonly out: string | undefined;
  readonly log: Log;
  /** What the run decided about entries it could not get over. */
  readonly verdicts?: Verdicts;
}): Promise<ReplayedCore> => {
  const { stack, clock, log, verdicts } = options;
  const events = new Map<string, number>();
  const outputs = await ReplayOutputs.open(options.out, log);
  const event = (noticed: Event): void => {
    checkStorable(noticed);
    const { name, quiet } = noticed.class;
    if (quiet !== true) events.set(name, (events.get(name) ?? 0) + 1);
    outputs.take(noticed);
  };
  let asked = 0;
  const lookup = (): void => {
    asked += 1;
  };
  const takesQuiet = options.out !== undefined;
  const core = await createCore({ stack, clock, checkpoints: false, log, event, takesQuiet, lookup, verdicts });
  const began = performance.now();
  const summary = (): ReplaySummary => {
    const seconds = (performance.now() - began) / 1000;
    const { records, faults, normalized } = core.frontend.counters;
    return {
      records,
      faults,
      events: Object.fromEntries([...events].sort(([a], [b]) => (a < b ? -1 : 1))),
      alarms: core.moduleCounters.get('dsiem')?.get('alarms') ?? 0,
      normalized,
      seconds: Math.round(seconds * 1000) / 1000,
      recordsPerSecond: Math.round(records / Math.max(seconds, 0.001)),
    };
  };
  return { core, outputs, asked: () => asked, summary };
};
