import { z } from 'zod';

const file = z
  .string()
  .regex(/^[^"<>|:*?\\\u0000-\u001f]+$/, 'a file name without " < > | : * ? \\ would be right')
  .optional()
  .describe(
    'A file written as well, from the log directory (--log-dir) on; %DATE% in it becomes the date, which is added at its end without',
  );

const datePattern = z
  .string()
  .regex(/^[A-Za-z0-9._-]+$/, 'a pattern such as YYYY-MM-DD would be right')
  .default('YYYY-MM-DD')
  .describe('The date in the name of the file (UTC); a new file begins whenever it changes');

const maxSize = z
  .string()
  .regex(/^[1-9][0-9]*[kmgKMG]$/, 'a size such as 50m would be right')
  .default('50m')
  .describe('A new file begins past this size (k, m, g)');

const maxFiles = z
  .union([
    z.int().min(1),
    z.string().regex(/^[1-9][0-9]*d?$/, 'a number of files, or of days such as 14d, would be right'),
  ])
  .default(14)
  .describe('How many files are kept, or for how many days (14d)');

/** What can be set for logback, with defaults. */
export const options = z
  .strictObject({
    console: z.boolean().default(true).describe('Whether events are shown on the console (standard error)'),
    level: z.enum(['error', 'warning', 'notice']).default('notice').describe('The least severity that is written'),
    format: z
      .enum(['text', 'json'])
      .default('text')
      .describe('A line of text for each event, or of JSON as in events.jsonl'),
    file,
    datePattern,
    maxSize,
    maxFiles,
    closeLimitMs: z
      .int()
      .min(0)
      .max(60_000)
      .default(5000)
      .describe('How long a stop waits for a console or disk that takes nothing, in ms'),
  })
  .refine(
    (given) => given.console || given.file !== undefined,
    'neither console nor file is on: one of them would be right',
  );

/** The options of one logback, checked. */
export type LogbackOptions = z.output<typeof options>;
