import nunjucks from 'nunjucks';
import { escapeControls } from '../escape.js';
import { needFault } from './check-templates.js';
import type { Event } from './event.js';
import { renderTextOrSummary, TemplateError, valuesOf } from './render.js';

/** A template of a listener's options, ready for any event. */
export type EventTemplate = (event: Event, more?: Readonly<Record<string, string | number>>) => string;

/** What an event lacks is empty: a template in options meets events of every class. */
const anyEvent = new nunjucks.Environment(null, { autoescape: false, throwOnUndefined: false });

/**
 * A text template of a listener's options, over what messages have and `id`, `event` (its class), `auditId`, `severity`
 * and `message` (`renderText`); control characters in values are escaped. @throws Error with line and column where its
 * syntax is wrong, or it needs a filter or another template that is not there
 */
export const eventTemplate = (source: string): EventTemplate => {
  const template = new nunjucks.Template(source, anyEvent, undefined, true);
  const fault = needFault(source);
  if (fault !== undefined) throw new Error(fault);
  return (event, more = {}) => {
    try {
      const { id, severity, auditId = '' } = event;
      const message = renderTextOrSummary(event);
      const own = { id, event: escapeControls(event.class.name), auditId: escapeControls(auditId), severity, message };
      return template.render({ ...valuesOf(event), ...own, ...more });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new TemplateError(`cannot render a template for event ${event.id}: ${reason.replaceAll(/\s+/g, ' ')}`, {
        cause,
      });
    }
  };
};
