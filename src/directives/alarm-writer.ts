import { alarmLine } from './alarm.js';
import type { AssetMap } from './asset-map.js';
import type { Backlogs } from './backlogs.js';
import type { AlarmCause, EngineOutput } from './engine-parts.js';
import type { Live } from './live.js';
import { askLookups } from './lookup.js';
import type { Reason } from './reason.js';

/** Writes alarm lines, asks for lookups, and keeps ended alarms as long as an answer may come. */
export class AlarmWriter {
  readonly #backlogs: Backlogs;
  readonly #assets: AssetMap;
  readonly #out: EngineOutput;
  readonly #count: (reason: Reason) => void;
  #ended = 0;

  constructor(parts: {
    readonly backlogs: Backlogs;
    readonly assets: AssetMap;
    readonly out: EngineOutput;
    readonly count: (reason: Reason) => void;
  }) {
    this.#backlogs = parts.backlogs;
    this.#assets = parts.assets;
    this.#out = parts.out;
    this.#count = parts.count;
  }

  /** Writes the snapshot, where the risk has reached 1. The backlog must have been touched in this call. */
  write(live: Live, cause: AlarmCause): void {
    const { backlog } = live;
    const { options, byAlarm } = this.#backlogs;
    if (backlog.risk < 1) return;
    if (backlog.created === 0) backlog.created = backlog.updated;
    byAlarm.set(backlog.alarmId, live);
    this.#out.alarm(alarmLine(backlog, live.compiled, { assets: this.#assets, options }), cause);
    if (cause !== 'stage') return;
    const question = askLookups(backlog, options.lookups);
    if (question !== undefined) this.#out.lookup?.(question);
  }

  /** The backlog has ended and been written: it waits a while for lookup results, or is forgotten. */
  retire(live: Live, now: number): void {
    const { lookups, endedSeconds, limits } = this.#backlogs.options;
    const isAwaited = live.backlog.risk >= 1 && (lookups.intel || lookups.vulnerabilities);
    if (!isAwaited) {
      this.#backlogs.drop(live);
      return;
    }
    if (this.#ended >= limits.ended) {
      this.#count('limit-ended');
      this.#backlogs.drop(live);
      return;
    }
    this.awaitAnswers(live, now + Math.floor(endedSeconds) + 1);
  }

  /** Keeps an ended alarm until the given second. */
  awaitAnswers(live: Live, until: number): void {
    this.#ended += 1;
    this.#backlogs.expiry.file(live, until);
  }

  /** An ended alarm has waited long enough. */
  forget(live: Live): void {
    this.#ended -= 1;
    this.#backlogs.drop(live);
  }
}
