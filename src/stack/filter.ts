import { Environment } from '@marcbachmann/cel-js';
import type { Event } from '../events/event.js';
import type { CheckPattern } from '../normalize/index.js';
import { filterPatternFaults } from './filter-patterns.js';
import { wouldBeRight } from './suggest.js';

const eventFields = {
  id: 'string',
  class: 'string',
  severity: 'string',
  audit: 'bool',
  auditId: 'string',
  module: 'string',
  summary: 'string',
  time: 'google.protobuf.Timestamp',
  fields: 'map',
};
const recordFields = {
  seq: 'dyn',
  time: 'google.protobuf.Timestamp',
  receivedAt: 'google.protobuf.Timestamp',
  facility: 'dyn',
  severity: 'dyn',
  host: 'string',
  app: 'string',
  pid: 'string',
  msgId: 'string',
  message: 'string',
  raw: 'string',
  input: 'string',
  peer: 'string',
  fault: 'string',
};

const environment = new Environment()
  .registerVariable('event', { schema: eventFields })
  .registerVariable('record', { schema: recordFields });

/** Whether a listener wants an event. @throws where the expression fails on this event. */
export type Filter = (event: Event) => boolean;

const valuesOf = (event: Event): Record<string, unknown> => {
  const { record } = event;
  return {
    event: {
      id: event.id,
      class: event.class.name,
      severity: event.severity,
      audit: event.auditId !== undefined && event.auditId !== '',
      auditId: event.auditId ?? '',
      module: event.module,
      summary: event.summary,
      time: new Date(event.time),
      fields: event.fields,
    },
    record: {
      seq: record?.seq ?? -1,
      time: new Date(record?.time ?? 0),
      receivedAt: new Date(record?.receivedAt ?? 0),
      facility: record?.facility ?? -1,
      severity: record?.severity ?? -1,
      host: record?.host ?? '',
      app: record?.app ?? '',
      pid: record?.pid ?? '',
      msgId: record?.msgId ?? '',
      message: record?.message ?? '',
      raw: record?.raw ?? '',
      input: record?.input ?? '',
      peer: record?.peer ?? '',
      fault: record?.fault ?? '',
    },
  };
};

const explain = (summary: string): string => {
  const unknown = /^(?:No such key|Unknown variable): (\w+)/u.exec(summary)?.[1];
  if (unknown === undefined) return summary;
  const known = [
    ...Object.keys(eventFields).map((name) => `event.${name}`),
    ...Object.keys(recordFields).map((name) => `record.${name}`),
  ];
  return `unknown filter field ${unknown}; ${wouldBeRight(`event.${unknown}`, known)}`;
};

/**
 * Compiles a `when`: a CEL expression over `event` and `record` that gives true or false; or says what is wrong with it.
 * `check`: refuses regular expressions that some text makes slow; without it they were checked before.
 */
export const compileFilter = (
  expression: string,
  check?: CheckPattern,
): { readonly filter: Filter } | { readonly fault: string } => {
  try {
    const compiled = environment.parse(expression);
    const { valid, type, error } = compiled.check();
    if (!valid) return { fault: explain(error?.summary ?? 'not a valid expression') };
    if (type !== 'bool' && type !== 'dyn') {
      return { fault: `gives a ${type ?? 'value'}, an expression that is true or false would be right` };
    }
    const [refused] = check === undefined ? [] : filterPatternFaults(compiled.ast, check);
    if (refused !== undefined) return { fault: refused };
    return {
      filter: (event) => {
        const wanted = compiled(valuesOf(event)) as unknown;
        if (typeof wanted !== 'boolean') throw new TypeError(`${expression} gave ${typeof wanted}, not true or false`);
        return wanted;
      },
    };
  } catch (cause) {
    const summary = cause instanceof Error && 'summary' in cause ? String(cause.summary) : String(cause);
    return { fault: `${explain(summary)}; a CEL expression such as event.audit would be right` };
  }
};
