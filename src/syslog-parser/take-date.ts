import { dateToTime } from './date-to-time.js';
import { addFault, shown } from './fault.js';
import type { ParseOptions } from './parse-options.js';
import type { Draft } from './parsed-record.js';
import type { ScannedDate } from './scanned-date.js';

/** Sets the record's time from a date scanned at `at`; a date that does not exist is a fault and leaves the time. */
export function takeDate(draft: Draft, text: string, at: number, date: ScannedDate, options: ParseOptions): void {
  const local = dateToTime(date, options);
  if (local === undefined) {
    const seen = shown(text, at, date.end);
    addFault(draft, `cannot read the time: no such date or time as ${seen}; the time is that of ${fallback(draft)}`);
    return;
  }
  if (local.shown === 'never') {
    const seen = shown(text, at, date.end);
    addFault(draft, `clocks skipped ${seen} in the input's time zone; it is read by the offset before the change`);
  }
  if (date.unknownZone !== undefined) {
    addFault(draft, `time zone "${date.unknownZone}" is not known; the time is read in the input's time zone`);
  }
  draft.time = local.time;
  draft.timeStamped = true;
}

function fallback(draft: Draft): string {
  return draft.timeStamped ? 'the header before it' : 'receipt';
}
