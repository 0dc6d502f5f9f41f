import { readdirSync, readFileSync } from 'node:fs';
import { createNormalizer, type LoadedPlugin, loadPlugins } from '../src/normalize/index.js';
import { createPatternCheck } from '../src/pattern-check/pattern-check.js';
import type { LogRecord } from '../src/record.js';
import { parseSyslog } from '../src/syslog-parser/index.js';
import type { Figure } from './support/figure.js';

/** Few enough to stay near the processor, as records fresh from the parser do. */
const LINES = 10_000;
const PASSES = 20;
const ROUNDS = 5;
const MORE_PLUGINS = 200;
const START = Date.UTC(2026, 10, 20);

const pluginDir = new URL('../stacks/dsiem/plugins/', import.meta.url);
const shipped = readdirSync(pluginDir)
  .filter((name) => name.endsWith('.yaml'))
  .map((file) => ({ file, text: readFileSync(new URL(file, pluginDir), 'utf8') }));

/** Plugins that might look at any line: half by program, half by a literal, with 10 kinds each. */
const more = Array.from({ length: MORE_PLUGINS }, (_, i) => ({
  file: `more-${i}.yaml`,
  text: [
    `id: ${100_000 + i}`,
    `name: more-${i}`,
    'product: Operating System',
    i % 2 === 0 ? `records: { app: [program-${i}, sshd] }` : `records: { contains: " words${i} " }`,
    'kinds:',
    ...Array.from(
      { length: 10 },
      (_, kind) =>
        `  - { sid: ${kind + 1}, category: Alert, pattern: '^Something ${i} ${kind} words${i} by %{USER:user}$' }`,
    ),
  ].join('\n'),
}));

const load = (files: typeof shipped): readonly LoadedPlugin[] => {
  const { plugins, faults } = loadPlugins(files, createPatternCheck());
  if (faults.length > 0) throw new Error(faults.map(({ where, message }) => `${where}: ${message}`).join('\n'));
  return plugins;
};

const messages = [
  (i: number): string => `Failed password for root from 203.0.113.${i % 250} port ${1024 + (i % 60_000)} ssh2`,
  (i: number): string =>
    `Failed password for invalid user admin${i % 1_000} from 198.51.100.${i % 250} port ${1024 + (i % 60_000)} ssh2`,
  (i: number): string => `Invalid user admin${i % 1_000} from 198.51.100.${i % 250} port ${1024 + (i % 60_000)}`,
  (i: number): string =>
    `Received disconnect from 203.0.113.${i % 250} port ${1024 + (i % 60_000)}:11: Bye Bye [preauth]`,
  (): string => 'pam_unix(sshd:auth): check pass; user unknown',
];

const records = (app: string): LogRecord[] =>
  Array.from({ length: LINES }, (_, i) => {
    const time = new Date(START + i * 5).toISOString();
    const raw = `<38>1 ${time} host${i % 20} ${app} ${1_000 + (i % 30_000)} - - ${(messages[i % messages.length] ?? messages[0]!)(i)}`;
    return {
      ...parseSyslog(raw, { receivedAt: START }),
      seq: i,
      receivedAt: START,
      raw,
      input: 'bench',
      normalized: [],
    };
  });

const rate = (plugins: readonly LoadedPlugin[], lines: readonly LogRecord[]): number => {
  const { normalize } = createNormalizer(plugins);
  // CPU time of this process: other work on the machine must not count.
  const start = process.cpuUsage();
  for (let pass = 0; pass < PASSES; pass += 1) for (const line of lines) normalize(line);
  const { user, system } = process.cpuUsage(start);
  return ((lines.length * PASSES) / (user + system)) * 1_000_000;
};

const best = (rates: readonly number[]): number => Math.round(Math.max(...rates));

/** Lines a second on one core, with the shipped plugins and with 200 more, each the best of several interleaved rounds. */
export const run = async (): Promise<Figure[]> => {
  const startLoad = performance.now();
  const few = load(shipped);
  const loadMs = Math.round(performance.now() - startLoad);
  const many = load([...shipped, ...more]);
  const sshd = records('sshd');
  const unknown = records('unknown-program');
  const rates = { few: [] as number[], many: [] as number[], unknownFew: [] as number[], unknownMany: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.few.push(rate(few, sshd));
    rates.many.push(rate(many, sshd));
    rates.unknownFew.push(rate(few, unknown));
    rates.unknownMany.push(rate(many, unknown));
  }
  const ratio = (many: readonly number[], few: readonly number[]): number => Math.round((best(many) / best(few)) * 100);
  return [
    { what: 'normalize: sshd lines', value: best(rates.few), unit: 'lines/s', target: 400_000 },
    { what: 'normalize: lines no plugin knows', value: best(rates.unknownFew), unit: 'lines/s' },
    { what: 'normalize: sshd lines with 200 more plugins', value: ratio(rates.many, rates.few), unit: '%', target: 90 },
    {
      what: 'normalize: lines no plugin knows with 200 more plugins',
      value: ratio(rates.unknownMany, rates.unknownFew),
      unit: '%',
      target: 90,
    },
    { what: 'normalize: loading the shipped plugins', value: loadMs, unit: 'ms' },
  ];
};
