import { type Command, InvalidArgumentError, type Option } from 'commander';
import { collect, parseDurationOrNone } from './values.js';

/** Options of the dsiem module that stand on the command line (dsiem.md §2, §4–§7). */
export interface DsiemOptions {
  readonly lenient?: boolean;
  readonly compat?: 'none' | 'dsiem';
  readonly oorGrace?: number;
  readonly discardOorEvents?: boolean;
  readonly minAlarmLifetime?: number;
  readonly medRiskMin?: number;
  readonly medRiskMax?: number;
  readonly status?: readonly string[];
  readonly tags?: readonly string[];
  readonly intelPrivateIp?: boolean;
  readonly cache?: number;
}

const parseRisk = (text: string): number => {
  if (/^[0-9]$/u.test(text)) return Number(text);
  throw new InvalidArgumentError(`${JSON.stringify(text)} is no risk; 2 to 9 would be right`);
};

const parseSwitch = (text: string): boolean => {
  if (/^(?:true|yes|on|1)$/iu.test(text)) return true;
  if (/^(?:false|no|off|0)$/iu.test(text)) return false;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is neither; true or false would be right`);
};

const msPerSecond = 1000;
const msPerMinute = 60_000;
const parseSeconds = (text: string): number => parseDurationOrNone(text) / msPerSecond;
const parseMinutes = (text: string): number =>
  parseDurationOrNone(/^\d+$/u.test(text) ? `${text}m` : text) / msPerMinute;

/** Adds them; `make` gives an option its environment variable. */
export const addDsiemOptions = (command: Command, make: (flags: string, description: string) => Option): Command =>
  command
    .addOption(make('--lenient', 'leave faulty directives out, and name them'))
    .addOption(
      make('--compat <with>', 'dsiem: make dsiem’s repairs of directives, each with a warning').choices([
        'none',
        'dsiem',
      ]),
    )
    .addOption(make('--status <list>', 'states of alarms; new ones have the first').argParser(collect))
    .addOption(make('--tags <list>', 'tags of alarms; new ones have the first').argParser(collect))
    .addOption(make('--med-risk-min <risk>', 'risks below are Low (default: 3)').argParser(parseRisk))
    .addOption(make('--med-risk-max <risk>', 'risks above are High (default: 6)').argParser(parseRisk))
    .addOption(
      make('--oor-grace <duration>', 'how much older than the stage before an event may be (default: 5s)').argParser(
        parseSeconds,
      ),
    )
    .addOption(
      make('--discard-oor-events <bool>', 'out-of-order events are consumed (default: true)').argParser(parseSwitch),
    )
    .addOption(
      make('--min-alarm-lifetime <minutes>', 'how much longer than its timeout a stage waits (default: 0)').argParser(
        parseMinutes,
      ),
    )
    .addOption(make('--intel-private-ip', 'private addresses go to intel sources too'))
    .addOption(make('--cache <minutes>', 'how old answers of lookups may be (default: 10)').argParser(parseMinutes));

/** As options of the module; only those that were given. */
export const dsiemOverrides = (options: DsiemOptions): Readonly<Record<string, unknown>> => {
  const { lenient, compat, oorGrace, discardOorEvents, medRiskMin, medRiskMax, status, tags, intelPrivateIp } = options;
  const all = {
    ...{ lenient, compat, oorGrace, discardOorEvents, medRiskMin, medRiskMax, status, tags, intelPrivateIp },
    minAlarmLifetimeMinutes: options.minAlarmLifetime,
    cacheMinutes: options.cache,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
};
