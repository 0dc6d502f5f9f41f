import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AlarmLine } from '../../src/directives/index.js';
import type { Log } from '../../src/module.js';
import { replay } from '../../src/replay/replay.js';
import type { ReplaySummary } from '../../src/replay/replayed-core.js';
import { type ResolvedStack, resolveStack } from '../../src/stack/resolve.js';
import { packageRoot, searchPath } from '../../src/stack/search-path.js';

/** What a replay through the shipped stacks left behind. */
export interface Replayed {
  readonly summary: ReplaySummary;
  /** `siem_alarms.json` as written. */
  readonly text: string;
  readonly alarms: readonly AlarmLine[];
  /** Each alarm's title and the highest stage it has finished, in order of first appearance. */
  readonly stages: Readonly<Record<string, number>>;
}

const refuse = (message: string): never => {
  throw new Error(message);
};
const log: Log = { info: () => undefined, warn: refuse, error: refuse };

/** The shipped stacks `sshd` and `dsiem`, as `npm start` runs them. */
export const shippedStack = (cacheDir: string): Promise<ResolvedStack> =>
  resolveStack({ names: ['sshd', 'dsiem'], path: searchPath({ cwd: packageRoot }), logDir: 'logs', cacheDir });

const finished = ({ rules }: AlarmLine): number => rules.filter(({ status }) => status === 'finished').length;

/** Replays a log as `tocsin replay --year YEAR --tz UTC` does; throws for whatever the program would complain about. */
export const replayed = async (
  stack: ResolvedStack,
  from: { readonly path: string; readonly year: number; readonly out: string; readonly normalized?: boolean },
): Promise<Replayed> => {
  const { path, year, out, normalized = false } = from;
  const files = [{ path, framing: 'auto' as const, maxFrame: 65_536, year, timeZone: 'UTC', normalized }];
  const summary = await replay({ stack: { ...stack, timeZone: 'UTC' }, files, out, log });
  const text = summary.alarms === 0 ? '' : readFileSync(join(out, 'siem_alarms.json'), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  const alarms = lines.map((line) => JSON.parse(line) as AlarmLine);
  return { summary, text, alarms, stages: Object.fromEntries(alarms.map((alarm) => [alarm.title, finished(alarm)])) };
};
