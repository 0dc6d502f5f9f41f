/** Bounds of what the engine keeps (dsiem.md §4). */
export interface EngineLimits {
  readonly backlogs: number;
  readonly backlogsPerDirective: number;
  /** Per backlog and side. */
  readonly addresses: number;
  readonly customData: number;
  /** Values seen per stage. */
  readonly sticky: number;
  readonly idsPerStage: number;
  /** Event ids remembered in all, so that the memory they need is bounded. */
  readonly ids: number;
  /** Ended alarms kept for late lookup results. */
  readonly ended: number;
}

/** How the engine decides where dsiem.md leaves a choice. */
export interface EngineOptions {
  readonly oorGraceSeconds: number;
  readonly discardOorEvents: boolean;
  readonly minAlarmLifetimeMinutes: number;
  /** Risks below are Low; 2 ≤ medRiskMin < medRiskMax ≤ 9. */
  readonly medRiskMin: number;
  /** Risks above are High. */
  readonly medRiskMax: number;
  /** New alarms carry the first. */
  readonly statuses: readonly string[];
  /** New alarms carry the first. */
  readonly tags: readonly string[];
  /** False: live backlogs are dropped at start (RELOAD_BACKLOGS). */
  readonly keepBacklogs: boolean;
  /** Which lookups are asked for after a stage change (dsiem.md §7). */
  readonly lookups: { readonly intel: boolean; readonly vulnerabilities: boolean };
  /** How long an ended alarm waits for lookup results, where lookups are asked for. */
  readonly endedSeconds: number;
  readonly limits: EngineLimits;
}

/** What applies where nothing is said. */
export const DEFAULT_OPTIONS: EngineOptions = {
  oorGraceSeconds: 5,
  discardOorEvents: true,
  minAlarmLifetimeMinutes: 0,
  medRiskMin: 3,
  medRiskMax: 6,
  statuses: ['Open', 'In-Progress', 'Closed'],
  tags: ['Identified Threat', 'False Positive', 'Valid Threat', 'Security Incident'],
  keepBacklogs: true,
  lookups: { intel: false, vulnerabilities: false },
  endedSeconds: 60,
  limits: {
    backlogs: 1_000_000,
    backlogsPerDirective: 100_000,
    addresses: 1_000,
    customData: 1_000,
    sticky: 1_000,
    idsPerStage: 10_000,
    ids: 10_000_000,
    ended: 10_000,
  },
};

/** Options as given: what is not said is as in `DEFAULT_OPTIONS`. */
export type GivenOptions = Partial<Omit<EngineOptions, 'limits'>> & { readonly limits?: Partial<EngineLimits> };

/** Fills in what was not given. */
export const completeOptions = (given: GivenOptions): EngineOptions => ({
  ...DEFAULT_OPTIONS,
  ...given,
  limits: { ...DEFAULT_OPTIONS.limits, ...given.limits },
});

/** What is wrong with options, in words; empty where nothing is. */
export const optionFaults = (options: EngineOptions): string[] => {
  const faults: string[] = [];
  const { medRiskMin, medRiskMax } = options;
  if (!(medRiskMin >= 2 && medRiskMin < medRiskMax && medRiskMax <= 9)) {
    faults.push(
      `medRiskMin ${medRiskMin} and medRiskMax ${medRiskMax}, 2 ≤ medRiskMin < medRiskMax ≤ 9 would be right`,
    );
  }
  for (const name of ['oorGraceSeconds', 'minAlarmLifetimeMinutes', 'endedSeconds'] as const) {
    if (!(options[name] >= 0)) faults.push(`${name} is ${options[name]}, a number from 0 on would be right`);
  }
  if ((options.statuses[0] ?? '') === '')
    faults.push('statuses is empty, a list with at least one text would be right');
  if ((options.tags[0] ?? '') === '') faults.push('tags is empty, a list with at least one text would be right');
  for (const [name, limit] of Object.entries(options.limits)) {
    if (!(limit >= 1)) faults.push(`limits.${name} is ${String(limit)}, an integer from 1 on would be right`);
  }
  return faults;
};
