import { isIPv6 } from 'node:net';
import { parseAddress } from '../inputs/address.js';

/** Options of the dsiem module that the environment gave. */
interface DsiemOverrides {
  status?: readonly string[];
  tags?: readonly string[];
  medRiskMin?: number;
  medRiskMax?: number;
  minAlarmLifetimeMinutes?: number;
  discardOorEvents?: boolean;
  reloadBacklogs?: boolean;
  intelPrivateIp?: boolean;
  cacheMinutes?: number;
}

/** Where and how events are taken over HTTP, as far as the environment said. */
interface DsiemHttp {
  address?: string;
  port?: number;
  maxEps?: number;
  minEps?: number;
  maxDelaySeconds?: number;
  holdSeconds?: number;
  writableConfig?: boolean;
}

/** What the `DSIEM_*` variables of dsiem and dsiem-rs mean here (dsiem.md §10). */
export interface DsiemEnvironment {
  /** There is one that means something: HTTP is served as dsiem does. */
  readonly any: boolean;
  readonly overrides: DsiemOverrides;
  readonly http: DsiemHttp;
  readonly mode: string;
  /** What has no meaning here, in words. */
  readonly notices: readonly string[];
  /** What is wrong, in words. */
  readonly faults: readonly string[];
}

interface Draft {
  readonly overrides: DsiemOverrides;
  readonly http: DsiemHttp;
  mode: string;
  readonly notices: string[];
}

/** Takes a value up. Gives what would be right where it is wrong, and nothing where it is not. */
type Take = (value: string, draft: Draft, name: string) => string | undefined;

const truths = new Set(['1', 't', 'true', 'y', 'yes', 'on']);
const untruths = new Set(['0', 'f', 'false', 'n', 'no', 'off']);

/** As Go's strconv.ParseBool and clap's boolish values, in any case. */
const asBoolean =
  (set: (draft: Draft, value: boolean) => void): Take =>
  (value, draft) => {
    const word = value.toLowerCase();
    if (truths.has(word)) set(draft, true);
    else if (untruths.has(word)) set(draft, false);
    else return 'true or false';
    return undefined;
  };

const asNumber =
  ([least, most]: readonly [number, number], set: (draft: Draft, value: number) => void): Take =>
  (value, draft) => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= least && number <= most)) return `a whole number from ${least} to ${most}`;
    set(draft, number);
    return undefined;
  };

const asList =
  (set: (draft: Draft, value: string[]) => void): Take =>
  (value, draft) => {
    const items = value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
    if (items.length === 0) return 'a list with commas, such as Open,Closed';
    set(draft, items);
    return undefined;
  };

const asAddress: Take = (value, { http }) => {
  if ('fault' in parseAddress(`${isIPv6(value) ? `[${value}]` : value}:0`)) return 'an address, such as 0.0.0.0';
  http.address = value;
  return undefined;
};

const modes = ['standalone', 'cluster-frontend', 'cluster-backend'];

const asMode: Take = (value, draft) => {
  if (!modes.includes(value)) return modes.join(', ');
  draft.mode = value;
  return value === 'standalone' ? undefined : 'standalone, for clusters come with a later version,';
};

const ignored =
  (why: string): Take =>
  (_value, { notices }, name) => {
    notices.push(`${name} changes nothing here: ${why}`);
    return undefined;
  };

const ignoredSwitch =
  (why: string): Take =>
  (value, draft, name) =>
    asBoolean((_, on) => {
      if (on) draft.notices.push(`${name} changes nothing here: ${why}`);
    })(value, draft, name);

const ofClusters = ignored('this version runs on its own');
const noTelemetry = 'counters are at /debug/vars/ of --http; nothing is sent';
const oneDay = 86_400;
const muchPerSecond = 100_000_000;

/** By name without prefix and underscores. */
const known: ReadonlyMap<string, Take> = new Map<string, Take>([
  ['ADDRESS', asAddress],
  ['PORT', asNumber([1, 65_535], ({ http }, value) => (http.port = value))],
  ['MAXDELAY', asNumber([0, oneDay], ({ http }, value) => (http.maxDelaySeconds = value))],
  ['MAXEPS', asNumber([0, muchPerSecond], ({ http }, value) => (http.maxEps = value))],
  ['MINEPS', asNumber([0, muchPerSecond], ({ http }, value) => (http.minEps = value))],
  ['HOLDDURATION', asNumber([1, oneDay], ({ http }, value) => (http.holdSeconds = value))],
  ['WRITEABLECONFIG', asBoolean(({ http }, value) => (http.writableConfig = value))],
  [
    'MAXQUEUE',
    (value, draft, name) =>
      asNumber([0, 999_999_999], (_, most) => {
        if (most > 0)
          draft.notices.push(`${name} changes nothing here: what waits is on disk, bounded by --journal-max`);
      })(value, draft, name),
  ],
  ['MINALARMLIFETIME', asNumber([0, 1_000_000], ({ overrides }, value) => (overrides.minAlarmLifetimeMinutes = value))],
  ['INTELPRIVATEIP', asBoolean(({ overrides }, value) => (overrides.intelPrivateIp = value))],
  ['CACHEDURATION', asNumber([0, 1_000_000], ({ overrides }, value) => (overrides.cacheMinutes = value))],
  ['TAGS', asList(({ overrides }, value) => (overrides.tags = value))],
  ['STATUS', asList(({ overrides }, value) => (overrides.status = value))],
  ['MEDRISKMIN', asNumber([2, 8], ({ overrides }, value) => (overrides.medRiskMin = value))],
  ['MEDRISKMAX', asNumber([3, 9], ({ overrides }, value) => (overrides.medRiskMax = value))],
  ['RELOADBACKLOGS', asBoolean(({ overrides }, value) => (overrides.reloadBacklogs = value))],
  ['RELOADBACKLOG', asBoolean(({ overrides }, value) => (overrides.reloadBacklogs = value))],
  ['DISCARDOOREVENTS', asBoolean(({ overrides }, value) => (overrides.discardOorEvents = value))],
  ['MODE', asMode],
  ['MSQ', ofClusters],
  ['FRONTEND', ofClusters],
  ['NODE', ofClusters],
  ['DEBUG', ignoredSwitch('SIGUSR2 prints all counters')],
  ['TRACE', ignoredSwitch('SIGUSR2 prints all counters')],
  ['JSON', ignoredSwitch('the program’s own messages are lines of text')],
  ['WEBSOCKET', ignoredSwitch('/eps/ is always served by --http')],
  ['OTELMETRICSENABLED', ignoredSwitch(noTelemetry)],
  ['OTELTRACINGENABLED', ignoredSwitch(noTelemetry)],
  ['OTELENDPOINT', ignored(noTelemetry)],
  ['FILTERTHREADS', ignored('one thread correlates')],
  ['PRELOADDIRECTIVES', ignored('directives are always loaded at start')],
  ['DIRECTIVESIDLETIMEOUTMINUTES', ignored('directives stay loaded, which costs little')],
  ['APM', ignored(noTelemetry)],
  ['PPROF', ignored('node --cpu-prof profiles')],
  ['DEV', ignored('it is for dsiem’s own developers')],
]);

const prefix = 'DSIEM_';
const longestShown = 100;
const show = (value: string): string => JSON.stringify(value.slice(0, longestShown));
/** What Kubernetes puts into the environment of pods beside a service named dsiem. */
const fromKubernetes = /^DSIEM_(?:SERVICE_|PORT_)/;
const kubernetesPort = /^(?:tcp|udp):\/\//;

/** Reads the `DSIEM_*` variables of an environment; underscores in names are as one likes, empty ones are not there. */
export const readDsiemEnvironment = (environment: Readonly<Record<string, string | undefined>>): DsiemEnvironment => {
  const draft: Draft = { overrides: {}, http: {}, mode: 'standalone', notices: [] };
  const faults: string[] = [];
  const given = new Map<Take | string, { readonly name: string; readonly value: string }>();
  for (const name of Object.keys(environment).sort()) {
    const value = environment[name]?.trim() ?? '';
    if (!name.startsWith(prefix) || value === '' || fromKubernetes.test(name)) continue;
    const key = name.slice(prefix.length).replaceAll('_', '');
    const take = known.get(key);
    if (take === undefined) {
      draft.notices.push(`${name} is not known and changes nothing`);
      continue;
    }
    if (key === 'PORT' && kubernetesPort.test(value)) continue;
    const same = key === 'RELOADBACKLOG' ? 'RELOADBACKLOGS' : key;
    const other = given.get(same);
    if (other !== undefined && other.value.toLowerCase() !== value.toLowerCase()) {
      faults.push(`${name}: is ${show(value)}, and ${other.name} is ${show(other.value)}; one of them would be right`);
    }
    given.set(same, { name, value });
    const right = take(value, draft, name);
    if (right !== undefined) faults.push(`${name}: is ${show(value)}; ${right} would be right`);
  }
  faults.push(...disagreements(draft));
  return { any: given.size > 0, ...draft, faults };
};

const disagreements = ({ overrides, http }: Draft): string[] => {
  const faults: string[] = [];
  const { medRiskMin = 3, medRiskMax = 6 } = overrides;
  if (medRiskMin >= medRiskMax) {
    faults.push(`DSIEM_MEDRISKMIN: is ${medRiskMin}; less than DSIEM_MEDRISKMAX (${medRiskMax}) would be right`);
  }
  const { minEps = 0, maxEps = 0 } = http;
  if (maxEps > 0 && minEps > maxEps) {
    faults.push(`DSIEM_MINEPS: is ${minEps}; at most DSIEM_MAXEPS (${maxEps}) would be right`);
  }
  return faults;
};
