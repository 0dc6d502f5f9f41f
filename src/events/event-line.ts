import { escapeJson } from '../escape.js';
import type { Event } from './event.js';

/** A time in ms since the epoch as ISO 8601 UTC. @throws RangeError where there is no such date. */
export const isoTime = (timeMs: number): string => new Date(timeMs).toISOString();

/**
 * The event as one line of `events.jsonl`, without the newline: keys in the order of the format, fields in declared
 * order, no raw control character. @throws TypeError where a `json` field holds what JSON cannot carry.
 */
export const eventLine = (event: Event): string => {
  const values: Readonly<Record<string, unknown>> = event.fields;
  const fields: [string, unknown][] = [];
  for (const name of Object.keys(event.class.fields)) fields.push([name, values[name]]);
  return escapeJson(
    JSON.stringify({
      event: event.class.name,
      auditId: event.auditId,
      severity: event.severity,
      time: isoTime(event.time),
      module: event.module,
      summary: event.summary,
      fields: Object.fromEntries(fields),
    }),
  );
};
