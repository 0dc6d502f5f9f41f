import nunjucks from 'nunjucks';
import { escapeControls } from '../escape.js';
import type { Event, EventClass } from './event.js';
import { isoTime } from './event-line.js';

/** A message template could not be rendered. */
export class TemplateError extends Error {
  readonly code = 'TEMPLATE';
  override readonly name = 'TemplateError';
}

type Kind = 'text' | 'html';

/** Deeper values are shown as an ellipsis: attackers choose how deep a `json` field or structured data is. */
const deepest = 16;

/** One environment for each kind. Neither loads other templates: a message is one template. */
export const environments: Readonly<Record<Kind, nunjucks.Environment>> = {
  text: new nunjucks.Environment(null, { autoescape: false, throwOnUndefined: true }),
  html: new nunjucks.Environment(null, { autoescape: true, throwOnUndefined: true }),
};

/** A template made ready to render. @throws Error with line and column where its syntax is wrong. */
export const compileTemplate = (source: string, kind: Kind): nunjucks.Template =>
  new nunjucks.Template(source, environments[kind], undefined, true);

const compiled: Readonly<Record<Kind, WeakMap<EventClass, nunjucks.Template>>> = {
  text: new WeakMap(),
  html: new WeakMap(),
};

const templateOf = (eventClass: EventClass, source: string, kind: Kind): nunjucks.Template => {
  let template = compiled[kind].get(eventClass);
  if (template === undefined) {
    template = compileTemplate(source, kind);
    compiled[kind].set(eventClass, template);
  }
  return template;
};

/** Values as templates see them: no text brings a line of its own, or a terminal sequence, into a message. */
const shown = (value: unknown, depth = 0): unknown => {
  if (typeof value === 'string') return escapeControls(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === deepest) return '…';
  if (Array.isArray(value)) return value.map((item) => shown(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [escapeControls(key), shown(item, depth + 1)]));
};

/** What every template sees of an event, escaped. */
export const valuesOf = (event: Event): Record<string, unknown> => ({
  fields: shown(event.fields),
  summary: escapeControls(event.summary),
  time: isoTime(event.time),
  module: escapeControls(event.module),
  record: shown(event.record),
});

const render = (event: Event, source: string, kind: Kind): string => {
  try {
    return templateOf(event.class, source, kind).render(valuesOf(event));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TemplateError(
      `cannot render the ${kind} template of ${event.class.name} for event ${event.id}: ${reason.replaceAll(/\s+/g, ' ')}; a template that guards what may be absent would be right`,
      { cause },
    );
  }
};

/**
 * The event's message as text, without white space at its end: its class's `text` template over `fields`, `summary`,
 * `time` (ISO 8601 UTC), `module` and `record`; its summary where the class has none. Lines break only where the
 * template does: control characters in values are escaped. @throws TemplateError
 */
export const renderText = (event: Event): string => {
  const { text } = event.class;
  return text === undefined ? escapeControls(event.summary) : render(event, text, 'text').trimEnd();
};

/** The same as HTML, every value escaped; undefined where the class has no `html` template. @throws TemplateError */
export const renderHtml = (event: Event): string | undefined => {
  const { html } = event.class;
  return html === undefined ? undefined : render(event, html, 'html');
};

/** The event's message as text, or its summary where its class's template fails on it. */
export const renderTextOrSummary = (event: Event): string => {
  try {
    return renderText(event);
  } catch (cause) {
    if (cause instanceof TemplateError) return escapeControls(event.summary);
    throw cause;
  }
};
