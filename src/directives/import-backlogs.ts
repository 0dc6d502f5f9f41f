import type { Backlogs } from './backlogs.js';
import { fingerprint } from './hash.js';
import { importBacklog } from './import-backlog.js';
import type { Reason } from './reason.js';
import { readSavedBacklog, savedItems, type SavedBacklog } from './saved-backlog.js';
import { IMPORTED } from './state-keys.js';

/** Where backlogs are imported to. */
export interface Importing {
  readonly backlogs: Backlogs;
  readonly directive: number;
  /** Seconds. */
  readonly now: number;
  readonly count: (reason: Reason) => void;
}

/** What came of the backlogs of a file: how many were `imported`, and how many not, by reason. */
export type ImportedBacklogs = ReadonlyMap<Reason, number>;

/** Takes up the backlogs that dsiem-rs saved for one directive (dsiem.md §8). Those taken up before are passed over, also where they have ended since. */
export const importBacklogs = (into: Importing, content: unknown): ImportedBacklogs => {
  const { backlogs, directive, count } = into;
  const outcome = new Map<Reason, number>();
  const key = `${IMPORTED}${directive}`;
  const known = new Set(backlogs.state.get<number[]>(key));
  const before = known.size;
  for (const item of savedItems(content)) {
    const reason = importOne(into, readSavedBacklog(item), known);
    count(reason);
    outcome.set(reason, (outcome.get(reason) ?? 0) + 1);
  }
  const kept = backlogs.options.limits.backlogsPerDirective;
  if (known.size > before) backlogs.state.put(key, [...known].slice(-kept));
  return outcome;
};

const importOne = (into: Importing, saved: SavedBacklog | undefined, known: Set<number>): Reason => {
  const { backlogs, directive, now } = into;
  const compiled = backlogs.directives.get(directive);
  const { limits, keepBacklogs } = backlogs.options;
  if (saved === undefined) return 'import-malformed';
  if (compiled === undefined) return 'import-unknown-directive';
  if (!keepBacklogs) return 'dropped-at-start';
  const id = fingerprint(saved.alarmId);
  if (known.has(id) || backlogs.byAlarm.has(saved.alarmId)) return 'import-known';
  const progress = importBacklog(saved, compiled, { now, limits, count: into.count });
  if (typeof progress === 'string') return progress;
  const { ages } = backlogs.progressOf(directive);
  if (ages.size >= limits.backlogsPerDirective || backlogs.ages.size >= limits.backlogs) return 'import-full';
  const live = backlogs.adopt(compiled, progress, now);
  known.add(id);
  for (let stage = 1; stage <= progress.stage; stage += 1) {
    for (const event of saved.rules.get(stage)?.eventIds ?? []) {
      if (!backlogs.remember(live, fingerprint(event), stage)) into.count('limit-ids');
    }
  }
  return 'imported';
};
