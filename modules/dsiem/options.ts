import { z } from 'zod';
import { DEFAULT_OPTIONS } from 'tocsin/directives';

const { limits } = DEFAULT_OPTIONS;
const limit = (standard: number, what: string) => z.int().min(1).default(standard).describe(what);

/** Options of the dsiem module (dsiem.md §4, §5, §10). */
export const dsiemOptions = z
  .strictObject({
    lenient: z
      .boolean()
      .default(false)
      .describe('Leave faulty directives out, and name them, instead of refusing to start'),
    compat: z
      .enum(['none', 'dsiem'])
      .default('none')
      .describe('dsiem: also make dsiem’s silent repairs, each with a warning'),
    oorGrace: z
      .number()
      .min(0)
      .default(DEFAULT_OPTIONS.oorGraceSeconds)
      .describe('Seconds an event may be older than the stage before'),
    discardOorEvents: z.boolean().default(true).describe('Out-of-order events are consumed'),
    minAlarmLifetimeMinutes: z.number().min(0).default(0).describe('Minutes every stage waits longer than its timeout'),
    medRiskMin: z.int().default(DEFAULT_OPTIONS.medRiskMin).describe('Risks below are Low'),
    medRiskMax: z.int().default(DEFAULT_OPTIONS.medRiskMax).describe('Risks above are High'),
    status: z
      .array(z.string().min(1))
      .min(1)
      .default([...DEFAULT_OPTIONS.statuses])
      .describe('New alarms carry the first'),
    tags: z
      .array(z.string().min(1))
      .min(1)
      .default([...DEFAULT_OPTIONS.tags])
      .describe('New alarms carry the first'),
    reloadBacklogs: z.boolean().default(true).describe('Live backlogs go on after a restart'),
    intelPrivateIp: z
      .boolean()
      .default(false)
      .describe('Private and special-purpose addresses go to intel sources, too'),
    cacheMinutes: z.number().min(0).default(10).describe('How old an answer of a lookup source may be, minutes'),
    maxBacklogs: limit(limits.backlogs, 'Live backlogs in all; past it the oldest ends'),
    maxBacklogsPerDirective: limit(
      limits.backlogsPerDirective,
      'Live backlogs of a directive; past it the oldest ends',
    ),
    maxAddresses: limit(limits.addresses, 'Addresses listed of a backlog, each side'),
    maxCustomData: limit(limits.customData, 'Custom data listed of a backlog'),
    maxSticky: limit(limits.sticky, 'Different values remembered of a stage'),
    maxIdsPerStage: limit(limits.idsPerStage, 'Event ids remembered of a stage'),
  })
  .refine(({ medRiskMin, medRiskMax }) => medRiskMin >= 2 && medRiskMin < medRiskMax && medRiskMax <= 9, {
    path: ['medRiskMin'],
    error: 'does not fit medRiskMax; 2 ≤ medRiskMin < medRiskMax ≤ 9 would be right',
  });

/** The options, read. */
export type DsiemOptions = z.output<typeof dsiemOptions>;
