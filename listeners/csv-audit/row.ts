import { stringify } from 'csv-stringify/sync';
import { type Event, type EventClass, escapeControls, escapeJson, isoTime } from 'tocsin';

/** One column: its heading, and what an event has there. */
export interface AuditColumn {
  readonly heading: string;
  readonly value: (event: Event) => unknown;
}

const standard: readonly AuditColumn[] = [
  { heading: 'id', value: (event) => event.id },
  { heading: 'time', value: (event) => isoTime(event.time) },
  { heading: 'severity', value: (event) => event.severity },
  { heading: 'module', value: (event) => event.module },
  { heading: 'host', value: (event) => event.record?.host },
  { heading: 'summary', value: (event) => event.summary },
];
const taken = new Set(standard.map(({ heading }) => heading));

const fieldColumn = (name: string): AuditColumn => ({
  heading: taken.has(name) ? `fields.${name}` : name,
  value: (event) => (event.fields as Readonly<Record<string, unknown>>)[name],
});

const columnsOf = new WeakMap<EventClass, readonly AuditColumn[]>();

/** The columns of a class: id, time, severity, module, host, summary, then its fields as declared (`fields.time` where a field has a name of these). */
export const auditColumns = (eventClass: EventClass): readonly AuditColumn[] => {
  let columns = columnsOf.get(eventClass);
  if (columns === undefined) {
    columns = [...standard, ...Object.keys(eventClass.fields).map(fieldColumn)];
    columnsOf.set(eventClass, columns);
  }
  return columns;
};

/** A cell as csv-stringify takes it: numbers stay numbers, so that -1 is not taken for a formula. */
const cell = (value: unknown): string | number => {
  if (value === undefined) return '';
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return escapeControls(value);
  return escapeJson(JSON.stringify(value));
};

const csvLine = (cells: readonly (string | number)[]): string =>
  stringify([cells], { escape_formulas: true, eof: false });

/** The heading row, without a newline. */
export const auditHeader = (columns: readonly AuditColumn[]): string =>
  csvLine(columns.map(({ heading }) => escapeControls(heading)));

/**
 * The event's row, without a newline and with none inside: control characters are escaped, and what a spreadsheet would
 * take for a formula begins with an apostrophe. @throws RangeError for a time that is no date, TypeError where a field is not plain data.
 */
export const auditRow = (event: Event): string =>
  csvLine(auditColumns(event.class).map(({ value }) => cell(value(event))));
