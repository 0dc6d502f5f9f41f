import { Event, type EventClass, type StoredEvent } from '../events/event.js';
import { jsonFieldsOf } from '../events/fields.js';
import type { LogRecord } from '../record.js';

/** An event of a class that is not known here (its module is gone, or changed): what was stored of it is all there is. */
class StoredOnly extends Event {
  stored: StoredEvent | undefined;
  get summary(): string {
    return this.stored?.summary ?? this.stored?.event ?? '';
  }
  override get severity(): StoredEvent['severity'] {
    return this.stored?.severity ?? 'notice';
  }
  override get auditId(): string | undefined {
    return this.stored?.auditId;
  }
  override get class(): EventClass {
    const { event = '', severity = 'notice', auditId, fields = {} } = this.stored ?? {};
    const types = Object.fromEntries(Object.keys(fields).map((name) => [name, 'json?' as const]));
    const declared = { name: event, severity, fields: types, prototype: StoredOnly.prototype };
    return auditId === undefined ? declared : { ...declared, auditId };
  }
}

/** None of quiet events. @throws TypeError where it is no text; what its getter throws */
const summaryOf = (event: Event): string | undefined => {
  if (event.class.quiet === true) return undefined;
  const { summary } = event;
  if (typeof summary !== 'string') throw new TypeError(`its summary is ${typeof summary}, a text would be right`);
  return summary;
};

/** What `storeEvent` would find wrong, without storing. @throws TypeError; what getters throw */
export const checkStorable = (event: Event): void => {
  const { fields } = event;
  summaryOf(event);
  const values: Readonly<Record<string, unknown>> = fields;
  for (const name of jsonFieldsOf(event.class.fields)) JSON.stringify(values[name]);
};

/** Fields in the order in which they are declared, as `eventLine` shows them. */
const inOrder = ({ class: { fields: declared }, fields }: Event): object => {
  const values: Readonly<Record<string, unknown>> = fields;
  return Object.fromEntries(Object.keys(declared).map((name) => [name, values[name]]));
};

/**
 * An event as plain JSON. `code`: see `codeOf`, where it is of a user's module.
 * @throws TypeError where it has no summary, or a field that JSON cannot carry; what its getters throw
 */
export const storeEvent = (event: Event, code?: string): string => {
  const { auditId, record } = event;
  const isQuiet = event.class.quiet === true;
  return JSON.stringify({
    id: event.id,
    event: event.class.name,
    auditId: auditId === '' ? undefined : auditId,
    severity: event.severity,
    time: event.time,
    module: event.module,
    code,
    summary: summaryOf(event),
    fields: code === undefined ? event.fields : inOrder(event),
    record: isQuiet ? undefined : storedRecord(record),
  });
};

const storedRecord = (record: LogRecord | undefined): object | undefined =>
  record === undefined ? undefined : { ...record, normalized: undefined, timeStamped: undefined };

/** Finds the class of a stored event. */
export type FindClass = (module: string, event: string, code: string | undefined) => EventClass | undefined;

/** The event again, as an instance of its class where that is known. */
export const reviveEvent = (json: string, findClass: FindClass): Event => {
  const stored = JSON.parse(json) as StoredEvent;
  const eventClass = findClass(stored.module, stored.event, stored.code);
  const event = Object.create(eventClass?.prototype ?? StoredOnly.prototype) as Event;
  const record: LogRecord | undefined = stored.record && { ...stored.record, normalized: [] };
  const { id, time, module, fields } = stored;
  return Object.assign(event, { id, time, module, record, fields }, eventClass === undefined ? { stored } : {});
};
