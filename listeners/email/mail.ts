import { createHash } from 'node:crypto';
import {
  type Event,
  type EventTemplate,
  escapeControls,
  isoTime,
  renderHtml,
  renderTextOrSummary,
  type Severity,
  TemplateError,
} from 'tocsin';

/** A mail without its addresses. */
export interface Mail {
  /** The same for the same events: repeats can be recognised. */
  readonly messageId: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const longestMessage = 10_000;
const longestHtml = 4 * longestMessage;
const longestSubject = 200;
const severities: readonly Severity[] = ['error', 'warning', 'notice'];

const cut = (text: string, longest: number): string => (text.length <= longest ? text : `${text.slice(0, longest)}…`);

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/gu, (character) => entities[character] ?? '');

const headingOf = (event: Event): string =>
  escapeControls(`${isoTime(event.time)} ${event.severity} ${event.module} (${event.id})`);

const htmlOf = (event: Event, text: string): string => {
  const plain = `<pre>${escapeHtml(text)}</pre>`;
  try {
    const html = renderHtml(event);
    return html === undefined || html.length > longestHtml ? plain : html;
  } catch (cause) {
    if (cause instanceof TemplateError) return plain;
    throw cause;
  }
};

const worstOf = (events: readonly Event[]): Event | undefined => {
  for (const severity of severities) {
    const found = events.find((event) => event.severity === severity);
    if (found !== undefined) return found;
  }
  return events[0];
};

const subjectOf = (events: readonly Event[], template: EventTemplate): string => {
  const worst = worstOf(events);
  const rendered = worst === undefined ? '' : template(worst, { more: events.length - 1 });
  return cut(escapeControls(rendered.replaceAll(/\s+/gu, ' ').trim()), longestSubject);
};

/** One mail of events: subject by the template, text and HTML by the events' own. `domain` is that of its Message-ID. */
export const composeMail = (events: readonly Event[], template: EventTemplate, domain: string): Mail => {
  const parts = events.map((event) => {
    const text = cut(renderTextOrSummary(event), longestMessage);
    return { heading: headingOf(event), text, html: htmlOf(event, text) };
  });
  const keys = events.map(({ id, time }) => `${id} ${time}`).join('\n');
  const digest = createHash('sha256').update(keys).digest('hex').slice(0, 40);
  return {
    messageId: `<${digest}@${domain}>`,
    subject: subjectOf(events, template),
    text: parts.map(({ heading, text }) => `${heading}\n${text}\n`).join('\n'),
    html: parts.map(({ heading, html }) => `<h4>${escapeHtml(heading)}</h4>\n<div>${html}</div>\n`).join('<hr>\n'),
  };
};
