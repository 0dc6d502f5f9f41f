import { dirname, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { DEFAULT_OPTIONS } from '../directives/index.js';
import { ConfigurationError, type Fault } from '../fault.js';
import { parseAddress, showAddress } from '../inputs/address.js';
import type { HttpSettings, HttpSpec } from '../run/http-listeners.js';
import type { ResolvedStack } from '../stack/resolve.js';
import type { DsiemEnvironment } from './dsiem-env.js';
import { option } from './stack-options.js';
import { collect, parseDurationOrNone } from './values.js';

/** Options that say where and how HTTP is served. */
export interface HttpOptions {
  readonly http?: readonly string[];
  readonly ingest?: readonly string[];
  readonly maxEps?: number;
  readonly minEps?: number;
  readonly maxDelay?: number;
  readonly holdDuration?: number;
  readonly writableConfig?: boolean;
}

const standardAddress = '127.0.0.1:8080';
const dsiemAddress = { host: '0.0.0.0', port: 8080 };
/** As in dsiem, where a highest rate is given. */
const standardMinEps = 100;
const standardMaxDelaySeconds = 180;
const standardHoldSeconds = 10;

const parseRate = (text: string): number => {
  if (/^\d{1,9}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError(
    `${JSON.stringify(text)} is no rate; a whole number, or 0 for no limit, would be right`,
  );
};

/** A bare number is seconds, as in dsiem. */
const parseSeconds = (text: string): number => parseDurationOrNone(/^\d+$/u.test(text) ? `${text}s` : text) / 1000;

/** Adds the options of HTTP. */
export const addHttpOptions = (command: Command): Command =>
  command
    .addOption(
      option('--http <address>', '[host:]port to serve events, configuration and counters at (repeatable)').argParser(
        collect,
      ),
    )
    .addOption(
      option('--ingest <address>', '[host:]port to take POST /events at alone (repeatable)').argParser(collect),
    )
    .addOption(
      option('--max-eps <count>', 'events a second taken over HTTP at most (default: no limit)').argParser(parseRate),
    )
    .addOption(option('--min-eps <count>', 'to which overload may lower that (default: 100)').argParser(parseRate))
    .addOption(
      option('--max-delay <duration>', 'delay past which there is overload (default: 180s; 0: never)').argParser(
        parseSeconds,
      ),
    )
    .addOption(
      option('--hold-duration <duration>', 'how long overload lasts at least (default: 10s)').argParser(parseSeconds),
    )
    .addOption(option('--writable-config', 'files of --config-dir may be changed over --http'));

/** Where HTTP is served under these options; `alone`: there is no other input. What is wrong goes to `faults`. */
export const httpSpecs = (
  options: HttpOptions & { readonly maxConnections: number },
  context: { readonly alone: boolean; readonly dsiem: DsiemEnvironment; readonly faults: Fault[] },
): HttpSpec[] => {
  const { maxConnections } = options;
  const { alone, dsiem, faults } = context;
  const specs: HttpSpec[] = [];
  const add = (where: string, address: string, more: Pick<HttpSpec, 'ingestOnly' | 'optional'>): void => {
    const parsed = parseAddress(address);
    if ('fault' in parsed) faults.push({ where, message: parsed.fault });
    else specs.push({ kind: 'http', ...parsed, maxConnections, ...more });
  };
  for (const address of options.http ?? []) add('--http', address, { ingestOnly: false, optional: false });
  for (const address of options.ingest ?? []) add('--ingest', address, { ingestOnly: true, optional: false });
  if (specs.length > 0 || faults.length > 0) return specs;
  const { address = dsiemAddress.host, port = dsiemAddress.port } = dsiem.http;
  if (dsiem.any) add('DSIEM_ADDRESS', showAddress(address, port), { ingestOnly: true, optional: false });
  else if (alone) add('--http', standardAddress, { ingestOnly: false, optional: true });
  return specs;
};

/** What all HTTP listeners share under these options, which come before the environment. @throws ConfigurationError */
export const httpSettings = (
  options: HttpOptions & { readonly dataDir: string; readonly configDir?: string },
  stack: ResolvedStack,
  { http }: DsiemEnvironment,
): HttpSettings => {
  const faults: Fault[] = [];
  const maxEps = options.maxEps ?? http.maxEps ?? 0;
  const minEps = options.minEps ?? http.minEps ?? Math.min(standardMinEps, maxEps);
  if (maxEps > 0 && minEps > maxEps) {
    faults.push({ where: '--min-eps', message: `is ${minEps}; at most --max-eps (${maxEps}) would be right` });
  }
  const configWritable = options.writableConfig ?? http.writableConfig ?? false;
  if (configWritable && options.configDir === undefined) {
    faults.push({
      where: '--writable-config',
      message: 'there is no --config-dir; one that may be written would be right',
    });
  }
  if (faults.length > 0) throw new ConfigurationError(faults);
  const [shipped] = stack.files;
  const dir = options.configDir ?? (shipped === undefined ? undefined : dirname(shipped.file));
  const dsiem = stack.modules.find(({ use }) => use === 'dsiem')?.options ?? {};
  const { statuses, tags } = DEFAULT_OPTIONS;
  return {
    limits: {
      maxEps,
      minEps,
      maxDelaySeconds: options.maxDelay ?? http.maxDelaySeconds ?? standardMaxDelaySeconds,
      holdSeconds: options.holdDuration ?? http.holdSeconds ?? standardHoldSeconds,
    },
    dataDir: options.dataDir,
    configDir: dir === undefined ? undefined : resolve(dir),
    configWritable,
    modules: stack.modules,
    dsiemConfig: {
      status: (dsiem['status'] as readonly string[] | undefined) ?? statuses,
      tags: (dsiem['tags'] as readonly string[] | undefined) ?? tags,
    },
  };
};
