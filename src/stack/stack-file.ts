import { dirname, join } from 'node:path';
import { z } from 'zod';
import { duration } from '../duration.js';
import type { Fault } from '../fault.js';
import { checkOptions, type Locate } from './check-options.js';
import { checkInputs, type StackInputs } from './check-inputs.js';
import { isTimeZone } from './time-zone.js';
import { YamlSource } from './yaml-source.js';

const addresses = z.union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))]);
const entry = z.record(z.string(), z.unknown()).nullable();
const entries = z.record(z.string(), entry);

const stackSchema = z.strictObject({
  description: z.string().default('').describe('One line for `tocsin stacks`'),
  timeZone: z.string().optional().describe('IANA time zone of calendar days; the machine’s where absent'),
  inputs: z
    .strictObject({
      udp: addresses.optional().describe('[host:]port'),
      tcp: addresses.optional().describe('[host:]port'),
      tail: addresses.optional().describe('path or glob'),
    })
    .default({})
    .describe('Inputs of this stack; those of the command line come on top'),
  configDir: z.string().optional().describe('Directory of directives_*.json, assets_*.json, …, seen from this file'),
  plugins: z.string().optional().describe('Directory of normalizer plugins, seen from this file'),
  hosts: z.record(z.string(), z.string()).default({}).describe('Addresses of hosts by name, for normalized events'),
  modules: entries.default({}).describe('name: options, in the order in which they see records'),
  listeners: entries.default({}).describe('name: options'),
});

/** What a stack file says, before its modules and listeners are looked up. */
export interface StackEntry {
  readonly name: string;
  /** Which definition it runs. */
  readonly use: string;
  readonly when: string | undefined;
  /** Of a listener. */
  readonly maxAgeMs: number | undefined;
  readonly options: Readonly<Record<string, unknown>>;
  readonly locate: Locate;
}

/** One stack file, read. */
export interface StackFile {
  readonly file: string;
  readonly description: string;
  readonly timeZone: string | undefined;
  readonly inputs: StackInputs;
  /** Directories, seen from the working directory. */
  readonly configDir: string | undefined;
  readonly plugins: string | undefined;
  readonly hosts: Readonly<Record<string, string>>;
  readonly modules: readonly StackEntry[];
  readonly listeners: readonly StackEntry[];
}

const list = (value: z.output<typeof addresses> | undefined): string[] =>
  value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(String);

interface OwnOptions {
  readonly options: Readonly<Record<string, unknown>>;
  readonly maxAgeMs?: number;
  readonly fault?: string;
}

/** A listener's options without `maxAge`, which is the dispatcher's. (Modules have options of that name.) */
const takeMaxAge = ({ maxAge, ...options }: Readonly<Record<string, unknown>>): OwnOptions => {
  if (maxAge === undefined) return { options };
  const read = duration.safeParse(maxAge);
  return read.success ? { options, maxAgeMs: read.data } : { options, fault: read.error.issues[0]?.message ?? '' };
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of an object, what is right by the schema of its key. */
const rightParts = (value: unknown, schemaOf: (key: string) => z.ZodType | undefined): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(isObject(value) ? value : {}).filter(([key, part]) => schemaOf(key)?.safeParse(part).success),
  );

/** What is right in a faulty stack, so that it can be looked at too and all faults are told at once. */
const rightOf = (value: unknown): z.output<typeof stackSchema> => {
  const { modules, listeners, inputs, ...others } = isObject(value) ? value : {};
  const shape: Readonly<Record<string, z.ZodType>> = stackSchema.shape;
  return stackSchema.parse({
    ...rightParts(others, (key) => shape[key]),
    modules: rightParts(modules, () => entry),
    listeners: rightParts(listeners, () => entry),
    inputs: rightParts(inputs, (key) => (['udp', 'tcp', 'tail'].includes(key) ? addresses : undefined)),
  });
};

/** Reads a stack file's text: every fault in its shape, and what is right beside them. Options are checked later, against what they configure. */
export const readStackFile = (
  file: string,
  text: string,
): { readonly stack?: StackFile; readonly faults: readonly Fault[] } => {
  const source = new YamlSource(file, text);
  if (source.faults.length > 0) return { faults: source.faults };
  const checked = checkOptions(stackSchema, source.value, (path, key) => source.locate(path, key));
  const faults: Fault[] = 'faults' in checked ? [...checked.faults] : [];
  const right = 'faults' in checked ? rightOf(source.value) : checked.options;
  const { description, timeZone, inputs, configDir, plugins, hosts, modules, listeners } = right;
  const beside = (dir: string | undefined): string | undefined => dir && join(dirname(file), dir);
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    faults.push({
      where: source.locate(['timeZone']),
      message: `unknown time zone ${timeZone}; an IANA name such as Europe/Berlin would be right`,
    });
  }
  const received = { udp: list(inputs.udp), tcp: list(inputs.tcp), tail: list(inputs.tail) };
  faults.push(...checkInputs(received, (path) => source.locate(path)));
  const toEntries = (kind: 'modules' | 'listeners', values: z.output<typeof entries>): StackEntry[] =>
    Object.entries(values).flatMap(([name, value]) => {
      const { use = name, when, ...rest } = value ?? {};
      const { maxAgeMs, options, fault } = kind === 'listeners' ? takeMaxAge(rest) : { options: rest };
      if (fault !== undefined) faults.push({ where: source.locate([kind, name, 'maxAge']), message: fault });
      for (const [key, given] of Object.entries({ use, when: when ?? '' })) {
        if (typeof given === 'string') continue;
        faults.push({
          where: source.locate([kind, name, key]),
          message: `${key} is ${typeof given}, text would be right`,
        });
      }
      if (kind === 'modules' && when !== undefined) {
        faults.push({ where: source.locate([kind, name], 'when'), message: 'a module has no `when`; a listener has' });
      }
      if (typeof use !== 'string') return [];
      const locate: Locate = (path, key) => source.locate([kind, name, ...path], key);
      return [{ name, use, when: typeof when === 'string' ? when : undefined, maxAgeMs, options, locate }];
    });
  const stack: StackFile = {
    file,
    description,
    timeZone,
    inputs: received,
    configDir: beside(configDir),
    plugins: beside(plugins),
    hosts,
    modules: toEntries('modules', modules),
    listeners: toEntries('listeners', listeners),
  };
  return { stack, faults };
};
