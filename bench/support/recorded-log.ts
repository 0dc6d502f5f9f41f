import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';

const recorded = join(import.meta.dirname, '../../../shared/data/OpenSSH_2k.log');
const msPerSecond = 1000;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Whether the log recorded of a real sshd under attack is at hand. */
export const hasRecordedLog = existsSync(recorded);

const timeOf = (line: string): number => Date.parse(`2025 ${line.slice(0, 15)} UTC`);

/** The time as sshd's log has it: `Dec 10 06:55:46`. */
const stamp = (time: number): string => {
  const date = new Date(time);
  const day = String(date.getUTCDate()).padStart(2);
  return `${months[date.getUTCMonth()] ?? ''} ${day} ${date.toISOString().slice(11, 19)}`;
};

/** Writes the recorded log again and again, as if it had gone on like that for so many lines from the first of January. */
export const writeRecordedLog = async (path: string, count: number): Promise<void> => {
  const lines = readFileSync(recorded, 'latin1').trimEnd().split(/\r?\n/u);
  const first = timeOf(lines[0] ?? '');
  const lasts = timeOf(lines.at(-1) ?? '') - first + msPerSecond;
  const file = createWriteStream(path, { flush: true });
  let begin = Date.UTC(2025, 0, 1);
  for (let made = 0; made < count; begin += lasts) {
    const round = lines.slice(0, count - made);
    made += round.length;
    const text = round.map((line) => `${stamp(begin + timeOf(line) - first)}${line.slice(15)}\n`).join('');
    if (!file.write(text, 'latin1')) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
};
