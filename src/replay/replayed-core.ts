import { checkStorable } from '../dispatch/stored-event.js';
import type { Event } from '../events/event.js';
import { type CarriedState, carryState } from '../frontend/carry-state.js';
import { AtWork, type Names } from '../frontend/at-work.js';
import { type Core, createCore } from '../frontend/core.js';
import type { Clock } from '../frontend/frontend.js';
import type { Verdicts } from '../frontend/verdicts.js';
import type { Log } from '../module.js';
import { addedCounters } from '../normalize/counters.js';
import type { CoreStack } from '../stack/resolve.js';
import { ReplayWatch } from './replay-watch.js';
import { ReplayOutputs } from './outputs.js';

/** What a replay did (cli.md). */
export interface ReplaySummary {
  readonly records: number;
  readonly faults: number;
  /** Events by class. */
  readonly events: Readonly<Record<string, number>>;
  readonly alarms: number;
  readonly normalized: number;
  /** What became of the records the stack's plugins were asked about, as far as it happened (docs/plugins.md); absent where they were asked about none. */
  readonly normalizer?: Readonly<Record<string, number>>;
  /** What modules counted, by module and name; only what happened. */
  readonly modules: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly seconds: number;
  readonly recordsPerSecond: number;
}

/** A core that begins with nothing, writes its events into the files of `--out`, and asks no lookup source. */
export interface ReplayedCore {
  /** Another one after each `goOnUnder`. */
  readonly core: Core;
  /** Goes on behind the entry `position` under another configuration, with what is known. Rejects, and changes nothing, where a module of it cannot be created. */
  readonly goOnUnder: (other: { readonly stack: CoreStack; readonly position: number }) => Promise<void>;
  readonly outputs: ReplayOutputs;
  /** Lookups that modules asked for. */
  readonly asked: () => number;
  readonly summary: () => ReplaySummary;
}

/** Rejects where a module cannot be created, or the files cannot be made. */
export const openReplayedCore = async (options: {
  readonly stack: CoreStack;
  readonly clock: Clock;
  readonly out: string | undefined;
  readonly log: Log;
  /** What the run decided about entries it could not get over. */
  readonly verdicts?: Verdicts;
  /** The process is the replay's: it is watched, and ended where a module takes longer than this at one record, ms; undefined: never. */
  readonly watched?: { readonly limitMs: number | undefined } | undefined;
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
  const atWork = new AtWork();
  const parts = { atWork, clock, checkpoints: false, log, event, takesQuiet, lookup, verdicts };
  let carried: CarriedState = [];
  let core = await createCore({ ...parts, stack });
  const namesOf = ({ runner, normalizer }: Core): Names => ({
    modules: runner.modules.map(({ name }) => name),
    patterns: normalizer?.patterns ?? [],
  });
  const { watched } = options;
  const watch = watched === undefined ? undefined : new ReplayWatch({ ...watched, atWork, names: namesOf(core) });
  const done = { records: 0, faults: 0, normalized: 0, alarms: 0 };
  const counted = (): typeof done => {
    const { records, faults, normalized } = core.frontend.counters;
    return {
      records: done.records + records,
      faults: done.faults + faults,
      normalized: done.normalized + normalized,
      alarms: done.alarms + (core.moduleCounters.get('dsiem')?.get('alarms') ?? 0),
    };
  };
  let normalizedBefore: Readonly<Record<string, number>> = {};
  let countedBefore: ReplaySummary['modules'] = {};
  const countedByModules = (): ReplaySummary['modules'] => {
    const now = [...core.moduleCounters].map(
      ([name, counts]) => [name, addedCounters(countedBefore[name] ?? {}, Object.fromEntries(counts))] as const,
    );
    return { ...countedBefore, ...Object.fromEntries(now.filter(([, counts]) => Object.keys(counts).length > 0)) };
  };
  const goOnUnder: ReplayedCore['goOnUnder'] = async (other) => {
    const restored = carryState(core, carried);
    const next = await createCore({ ...parts, ...other, restored });
    Object.assign(done, counted());
    normalizedBefore = addedCounters(normalizedBefore, core.normalizer?.counters);
    countedBefore = countedByModules();
    carried = restored;
    core = next;
    watch?.rename(namesOf(core));
  };
  const began = performance.now();
  const summary = (): ReplaySummary => {
    const seconds = (performance.now() - began) / 1000;
    const { records, faults, normalized, alarms } = counted();
    const normalizer = addedCounters(normalizedBefore, core.normalizer?.counters);
    return {
      records,
      faults,
      events: Object.fromEntries([...events].sort(([a], [b]) => (a < b ? -1 : 1))),
      alarms,
      normalized,
      ...(normalizer['records'] === undefined ? {} : { normalizer }),
      modules: countedByModules(),
      seconds: Math.round(seconds * 1000) / 1000,
      recordsPerSecond: Math.round(records / Math.max(seconds, 0.001)),
    };
  };
  return {
    get core() {
      return core;
    },
    goOnUnder,
    outputs,
    asked: () => asked,
    summary,
  };
};
