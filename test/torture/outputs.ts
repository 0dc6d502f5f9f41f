import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from './ledger-checks.js';

/** What the listeners write, below the log directory. */
export const outputNames = [
  'events.jsonl',
  'siem_alarms.json',
  'siem_alarm_events.json',
  'audit/ledger.csv',
  'audit/pulse.csv',
] as const;

/** Renames every output as logrotate does: events.jsonl becomes events.jsonl.1, what had that name events.jsonl.2, … */
export const rotateOutputs = (logDir: string): void => {
  for (const name of outputNames) {
    const path = join(logDir, name);
    if (!existsSync(path)) continue;
    let last = 0;
    while (existsSync(`${path}.${last + 1}`)) last += 1;
    for (let number = last; number >= 1; number -= 1) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
    renameSync(path, `${path}.1`);
  }
};

/** An output whole, over all its rotations, as if it had never been rotated: the header of CSV once. */
export const wholeOutput = (logDir: string, name: string): Buffer => {
  const path = join(logDir, name);
  const files: Buffer[] = existsSync(path) ? [readFileSync(path)] : [];
  for (let number = 1; existsSync(`${path}.${number}`); number += 1) files.unshift(readFileSync(`${path}.${number}`));
  if (!name.endsWith('.csv')) return Buffer.concat(files);
  return Buffer.concat(files.map((file, index) => (index === 0 ? file : file.subarray(file.indexOf('\n') + 1))));
};

const linesOf = (output: Buffer): string[] => output.toString('utf8').split('\n').slice(0, -1);

/** What the module `ledger` told, from events.jsonl. Lines that are no JSON throw. */
export const entriesOf = (events: Buffer): Entry[] =>
  linesOf(events).flatMap((line) => {
    const { event, fields } = JSON.parse(line) as { event: string; fields: Record<string, unknown> };
    return event === 'Entry' ? [{ text: String(fields['text']), total: Number(fields['total']) }] : [];
  });

/** The same from ledger.csv. */
export const rowsOf = (csv: Buffer): Entry[] =>
  linesOf(csv)
    .slice(1)
    .map((row) => {
      // id, time, severity, module, host, summary, text, total, config
      const cells = row.split(',');
      return { text: cells[6] ?? '', total: Number(cells[7]) };
    });

/** Where two outputs differ first; undefined where they are equal byte for byte. */
export const difference = (name: string, was: Buffer, replayed: Buffer): string | undefined => {
  if (was.equals(replayed)) return undefined;
  const [ours, theirs] = [linesOf(was), linesOf(replayed)];
  const at = ours.findIndex((line, index) => line !== theirs[index]);
  const line = at < 0 ? ours.length : at;
  const show = (text: string | undefined): string => (text === undefined ? 'nothing' : text.slice(0, 300));
  return (
    `${name} differs from a replay of the journal at line ${line + 1} (${ours.length} lines, ${theirs.length} replayed):\n` +
    `    run:    ${show(ours[line])}\n    replay: ${show(theirs[line])}`
  );
};
