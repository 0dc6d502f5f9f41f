import { duration } from 'tocsin';
import { z } from 'zod';

/** Options of the sshd module; durations come out in milliseconds. */
export const sshdOptions = z.strictObject({
  failureLimit: z
    .int()
    .min(1)
    .max(1000)
    .default(5)
    .describe('Failures of one address within failureWindow that make SshdAttemptsExceeded'),
  failureWindow: duration.prefault('5m').describe('How long a failure counts against its address, by record time'),
  maxAge: duration.prefault('48h').describe('A connection silent for longer is forgotten, and counted as expired'),
  maxConnections: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(100_000)
    .describe('Connections followed at once; past it the one silent longest is forgotten, and counted'),
  maxAddresses: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(50_000)
    .describe('Addresses with failures remembered at once; past it the one quiet longest is forgotten, and counted'),
});

/** The options, read. */
export type SshdOptions = z.output<typeof sshdOptions>;
