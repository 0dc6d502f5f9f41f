import type { DeadLetterCounters } from '../dispatch/dead-letters.js';
import type { LaneCounters } from '../dispatch/lanes.js';
import type { LookupCounters } from '../lookups/source-counters.js';
import type { ConfigurationCounters } from './configured-core.js';
import type { CoreCounters, IoCounters } from './messages.js';
import type { SupervisorCounters } from './supervisor.js';

/** All that is counted. */
export interface RunCounters {
  readonly io: IoCounters | undefined;
  readonly core: CoreCounters | undefined;
  /** Absent without a journal. */
  readonly configuration: ConfigurationCounters | undefined;
  readonly lookups: LookupCounters | undefined;
  readonly supervisor: SupervisorCounters;
  readonly listeners: readonly LaneCounters[];
  readonly deadLetters: DeadLetterCounters;
}
