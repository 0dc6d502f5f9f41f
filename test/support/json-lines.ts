import { existsSync, readFileSync } from 'node:fs';

/** An event as event-file writes it (cli.md). */
export interface EventLine {
  readonly event: string;
  readonly auditId?: string;
  readonly severity: string;
  readonly time: string;
  readonly module: string;
  readonly summary: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The whole lines of a file; none where it does not exist. A line still being written is left out. */
export const wholeLines = (path: string): string[] => {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  lines.pop();
  return lines;
};

/** The events of an events.jsonl. */
export const eventsIn = (path: string): EventLine[] => wholeLines(path).map((line) => JSON.parse(line) as EventLine);

/** What the records were that the module `report` told of, in order. */
export const messagesIn = (path: string): string[] =>
  eventsIn(path).flatMap(({ event, fields }) => (event === 'RecordNotice' ? [String(fields['message'])] : []));
