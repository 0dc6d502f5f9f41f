import type { Event } from '../events/event.js';
import { escapeControls, escapeJson } from '../escape.js';
import { storeEvent } from './stored-event.js';

/** An event that a listener will not get, and why. */
export interface DeadLetter {
  readonly listener: string;
  /** The event's number in the outbox; 0 where it has none. */
  readonly number: number;
  readonly event: Event;
  readonly reason: string;
}

const longestReason = 2000;
const head = /^\{"listener":("(?:[^"\\]|\\.)*"),"number":(\d{1,16}),/u;

/** A letter as one line of JSON, newline included. @throws TypeError where the event cannot be carried by JSON; what its getters throw */
export const deadLetterLine = ({ listener, number, event, reason }: DeadLetter): string => {
  const why = escapeControls(reason.slice(0, longestReason));
  const before = `"listener":${JSON.stringify(listener)},"number":${number},"reason":${JSON.stringify(why)}`;
  return escapeJson(`{${before},"event":${storeEvent(event)}}\n`);
};

/** Whose event of which number a line is about; undefined where it is no line of ours, or has no number. */
export const readDeadLetterHead = (
  line: string,
): { readonly listener: string; readonly number: number } | undefined => {
  const [, listener, number] = head.exec(line) ?? [];
  if (listener === undefined || Number(number) === 0) return undefined;
  return { listener: JSON.parse(listener) as string, number: Number(number) };
};

/** What tells an event from another of its number, of an outbox that was begun anew. */
export const identityOf = ({ id, time }: { readonly id: string; readonly time: number }): string => `${id} ${time}`;

/** The identity of a line's event; undefined where the line is damaged. */
export const readDeadLetterIdentity = (line: string): string | undefined => {
  try {
    const { event } = JSON.parse(line) as { readonly event: { readonly id: string; readonly time: number } };
    return identityOf(event);
  } catch {
    return undefined;
  }
};
