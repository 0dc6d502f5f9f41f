/** Runs the benchmarks named on the command line, or all, and prints their figures behind a description of the machine. */
import { readdirSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { Figure } from './support/figure.js';

const ending = '.bench.ts';
const all = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(ending))
  .map((name) => name.slice(0, -ending.length));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(', ')}; there are ${all.join(', ')}\n`);
  process.exit(2);
}

const [cpu] = cpus();
process.stdout.write(
  `${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ` +
    `${process.platform} ${process.arch}, Node ${process.versions.node}\n`,
);

const show = ({ what, value, unit, target }: Figure): string => {
  const shown = Number.isInteger(value)
    ? value.toLocaleString('en')
    : value.toLocaleString('en', { maximumFractionDigits: 2 });
  return `  ${what}: ${shown} ${unit}${target === undefined ? '' : ` (wanted ${target.toLocaleString('en')})`}\n`;
};

for (const name of asked.length === 0 ? all : asked) {
  process.stdout.write(`${name}\n`);
  const { run } = (await import(`./${name}${ending}`)) as { run: () => Promise<Figure[]> };
  for (const figure of await run()) process.stdout.write(show(figure));
}
