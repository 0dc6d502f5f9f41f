import type { KeyedState } from '../module.js';
import type { AlarmEventLine, AlarmLine } from './alarm.js';
import type { AssetMap } from './asset-map.js';
import type { Directive } from './directive.js';
import type { LookupQuestion } from './lookup.js';
import type { GivenOptions } from './options.js';
import type { Reason } from './reason.js';

/** What made an alarm line necessary (dsiem.md §6). */
export type AlarmCause = 'stage' | 'always-active' | 'timeout' | 'lookup';

/** Where the engine writes; called in order, within `event`, `tick` and `addLookupResults`. */
export interface EngineOutput {
  alarmEvent(line: AlarmEventLine): void;
  alarm(line: AlarmLine, cause: AlarmCause): void;
  /** Asked after a stage change, where options ask for lookups. */
  lookup?(question: LookupQuestion): void;
}

/** What an engine is made of. */
export interface EngineParts {
  readonly directives: readonly Directive[];
  readonly assets: AssetMap;
  readonly options?: GivenOptions;
  readonly state: KeyedState;
  readonly out: EngineOutput;
  /** Told of everything that leaves no trace, with its reason. */
  readonly count: (reason: Reason, by: number) => void;
}

/** How things stand. */
export interface EngineStats {
  readonly now: number;
  readonly directives: number;
  readonly liveBacklogs: number;
  readonly alarms: number;
}
