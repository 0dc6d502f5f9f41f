import type { Event } from '../events/event.js';

/** An event offered to a listener, with its number in the outbox; 0 where it has none. */
export interface Offered {
  readonly event: Event;
  readonly number: number;
}

/** What became of the events offered to a listener. Every one is in `delivered`, `filtered` or `failed`, or waits for others. */
export interface DeliveryCounters {
  delivered: number;
  filtered: number;
  failed: number;
  /** Of those failed: events that could not be delivered before they were older than `maxAge`. */
  too_old: number;
  /** Of those failed: events that could not be delivered before the outbox was full. */
  outbox_full: number;
  /** Of those failed: events that could not be set aside either. */
  lost: number;
  retries: number;
  /** Events whose `when` could not be evaluated; they are delivered. */
  filter_errors: number;
}

/** Nothing has been offered yet. */
export const noneOffered = (): DeliveryCounters => ({
  delivered: 0,
  filtered: 0,
  failed: 0,
  too_old: 0,
  outbox_full: 0,
  lost: 0,
  retries: 0,
  filter_errors: 0,
});

/** Takes an event that will not be delivered, why, and its number; gives whether it is kept. */
export type Refused = (event: Event, reason: string, number: number) => boolean | Promise<boolean>;

/** `again`: this event was not taken, and the listener has dropped those it held: they are to be offered again, once `ready`. */
export type Sequel = 'again' | undefined;
