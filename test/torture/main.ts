/** `npm run torture -- [--kills N] [--seed N] [--points] [--dir DIR]`: ends with 1 where a promise was not kept. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { torture } from './torture.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    points: { type: 'boolean', default: false },
    dir: { type: 'string' },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const seed = Number(values.seed);
const kills = Number(values.kills);
const dir = values.dir ?? mkdtempSync(join(tmpdir(), 'tocsin-torture-'));
mkdirSync(dir, { recursive: true });
say(`seed ${seed}, ${kills} kills${values.points ? ' at named points' : ''}, in ${dir}`);
const { findings, ...figures } = await torture({ seed, kills, points: values.points, dir, say });
say(JSON.stringify(figures));
for (const finding of findings) say(`- ${finding}`);
say(
  findings.length === 0
    ? 'all promises were kept'
    : `${findings.length} findings; seed ${seed}; files are kept in ${dir}`,
);
if (findings.length === 0 && values.dir === undefined) rmSync(dir, { recursive: true, force: true });
process.exitCode = findings.length === 0 ? 0 : 1;
