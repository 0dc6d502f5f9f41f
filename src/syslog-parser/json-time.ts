import { dateToTime } from './date-to-time.js';
import { addFault, shown } from './fault.js';
import { jsonNames, type JsonObject, valueAt } from './json-names.js';
import type { ParseOptions } from './parse-options.js';
import type { Draft } from './parsed-record.js';
import { scanDate } from './scan-date.js';
import { newScannedDate } from './scanned-date.js';

const date = newScannedDate();
const latestMs = 8.64e15;

/** Takes the time of a JSON line: a date of any form a header may have, or a number of s, ms, µs or ns since the epoch. */
export function takeJsonTime(object: JsonObject, draft: Draft, options: ParseOptions): void {
  let unusable: string | undefined;
  for (const name of jsonNames.time) {
    const value = valueAt(object, name);
    if (typeof value !== 'string' && typeof value !== 'number') continue;
    const time = name === '__REALTIME_TIMESTAMP' ? usable(Number(value) / 1000) : timeOf(value, options);
    if (time !== undefined) {
      draft.time = time;
      draft.timeStamped = true;
      return;
    }
    unusable ??= `cannot read the time: ${name} is ${shown(String(value), 0)}, a date that exists expected`;
  }
  if (unusable !== undefined) addFault(draft, `${unusable}; the time is that of receipt`);
}

function timeOf(value: string | number, options: ParseOptions): number | undefined {
  if (typeof value === 'number') return epochOf(value);
  const text = value.trim();
  if (text.length <= 32 && /^-?\d+(?:\.\d+)?$/.test(text)) return epochOf(Number(text));
  if (!scanDate(text, 0, date) || date.end !== text.length) return undefined;
  return dateToTime(date, options)?.time;
}

// Which unit it is follows from the size: seconds reach 1e11 in the year 5138, ms were 1e11 in 1973.
function epochOf(value: number): number | undefined {
  const size = Math.abs(value);
  if (size < 1e11) return usable(value * 1000);
  if (size < 1e14) return usable(value);
  return usable(size < 1e17 ? value / 1000 : value / 1e6);
}

function usable(ms: number): number | undefined {
  return Math.abs(ms) <= latestMs ? Math.floor(ms) : undefined;
}
