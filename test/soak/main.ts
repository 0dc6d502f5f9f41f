/** `npm run soak -- [--minutes N]`: ends with 1 where something grew that should not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { soak } from './soak.js';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const dir = mkdtempSync(join(tmpdir(), 'tocsin-soak-'));
const durationMs = Number(values.minutes) * 60_000;
say(`${values.minutes} minutes in ${dir}`);
const { growth, findings, records } = await soak({ durationMs, dir });
say(`${records.toLocaleString('en')} records; highest values behind the warm-up:`);
const row = (cells: readonly (string | number)[]): string =>
  cells.map((cell) => cell.toLocaleString('en').padStart(15)).join('');
say(row(['', 'first half', 'second half', 'bound']));
for (const { what, before, after, bound } of growth) say(row([what, before, after, bound]));
for (const finding of findings) say(`- ${finding}`);
rmSync(dir, { recursive: true, force: true });
process.exitCode = findings.length === 0 ? 0 : 1;
