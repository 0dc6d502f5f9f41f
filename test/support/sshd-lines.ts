import sshd from '../../modules/sshd.js';
import { ModuleHarness } from './module-harness.js';

/** When `sshdRun` begins, ms. */
export const sshdStart = Date.parse('2026-11-20T10:00:00Z');

/** One line of sshd: seconds after the start, pid, message, and where it is not `h`, the host. */
export type SshdSample = readonly [seconds: number, pid: number, message: string, host?: string];

/** Runs lines through the module. */
export const sshdRun = (
  samples: readonly SshdSample[],
  options: Readonly<Record<string, unknown>> = {},
): ModuleHarness => {
  const harness = new ModuleHarness(sshd, { options });
  for (const sample of samples) feed(harness, sample);
  return harness;
};

/** Gives one more line to the module. */
export const feed = (harness: ModuleHarness, [seconds, pid, message, host = 'h']: SshdSample): void => {
  harness.record({ time: sshdStart + seconds * 1000, host, app: 'sshd', pid: String(pid), message });
};

export const failedLine = (addr: string, port: number, user = 'root'): string =>
  `Failed password for ${user} from ${addr} port ${port} ssh2`;
export const acceptedLine = (addr: string, port: number, user = 'root'): string =>
  `Accepted password for ${user} from ${addr} port ${port} ssh2`;
export const closedLine = (addr: string, port: number): string => `Connection closed by ${addr} port ${port} [preauth]`;
