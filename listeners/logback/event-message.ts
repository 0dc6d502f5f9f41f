import { DeliveryError, type Event, escapeControls, eventLine, isoTime, renderText } from 'tocsin';

/** How events become lines. `templateFailed` is told where a class's template could not be rendered: the summary is shown then. */
export interface MessageOptions {
  readonly format: 'text' | 'json';
  readonly templateFailed: (event: Event, error: unknown) => void;
}

const messageOf = (event: Event, templateFailed: MessageOptions['templateFailed']): string => {
  try {
    return renderText(event);
  } catch (error) {
    templateFailed(event, error);
    return event.summary;
  }
};

/** The event as one line, without the newline and without any control character. @throws DeliveryError for an event that cannot be shown */
export const eventMessage = (event: Event, { format, templateFailed }: MessageOptions): string => {
  try {
    if (format === 'json') return eventLine(event);
    const message = messageOf(event, templateFailed);
    return escapeControls(`${isoTime(event.time)} ${event.severity} ${event.module}: ${message}`);
  } catch (cause) {
    throw new DeliveryError(
      `cannot show event ${event.id} (${event.class.name}): ${String(cause)}; a valid time and fields of plain data would be right`,
      { retryable: false, cause },
    );
  }
};
