import { type Event, type EventTemplate, escapeJson, eventTemplate, isoTime, renderTextOrSummary } from 'tocsin';
import type { WebhookOptions } from './options.js';

/** What is sent. */
export interface Body {
  readonly bytes: Buffer;
  readonly contentType: string;
}

type Shape = (event: Event) => unknown;

/** An event as JSON where no body is asked for. */
const standard: Shape = (event) => ({
  id: event.id,
  event: event.class.name,
  auditId: event.auditId,
  severity: event.severity,
  time: isoTime(event.time),
  module: event.module,
  host: event.record?.host,
  summary: event.summary,
  message: renderTextOrSummary(event),
  fields: event.fields,
});

/** A value of the options with its texts as templates. */
const shapeOf = (value: unknown): Shape => {
  if (typeof value === 'string') {
    const template: EventTemplate = eventTemplate(value);
    return (event) => template(event);
  }
  if (Array.isArray(value)) {
    const items = value.map(shapeOf);
    return (event) => items.map((item) => item(event));
  }
  if (typeof value !== 'object' || value === null) return () => value;
  const members = Object.entries(value).map(([key, item]) => [key, shapeOf(item)] as const);
  return (event) => Object.fromEntries(members.map(([key, item]) => [key, item(event)]));
};

/**
 * How events become the body of a request. Texts of logs cannot leave the place a template has for them: JSON is made
 * from rendered values, not rendered.
 */
export const bodyMaker = ({ body, batch, contentType }: WebhookOptions): ((events: readonly Event[]) => Body) => {
  if (typeof body === 'string') {
    const template = eventTemplate(body);
    const type = contentType ?? 'text/plain; charset=utf-8';
    return (events) => ({ bytes: Buffer.from(events.map((event) => template(event)).join('\n')), contentType: type });
  }
  const shape = body === undefined ? standard : shapeOf(body);
  const type = contentType ?? 'application/json';
  return (events) => {
    const shaped = events.map(shape);
    return { bytes: Buffer.from(escapeJson(JSON.stringify(batch > 1 ? shaped : shaped[0]))), contentType: type };
  };
};
