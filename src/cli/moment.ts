import { InvalidArgumentError } from 'commander';
import { duration } from '../duration.js';

const moment = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/u;

/** Whether a day is there in its month: `Date` would take the 31st of February for a day of March. */
const dayExists = (year: number, month: number, day: number): boolean =>
  new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;

/**
 * A point in time, ms since the epoch: `2026-11-21`, `2026-11-21T10:30`, with `:05`, `Z` or `+01:00` behind it, or a
 * duration before `now` (`2h`). Without a zone it is this machine's time. @throws InvalidArgumentError
 */
export const parseMoment = (text: string, now: number): number => {
  const [whole, year, month, day, hour] = moment.exec(text) ?? [];
  if (whole !== undefined && dayExists(Number(year), Number(month), Number(day))) {
    const time = Date.parse(hour === undefined ? `${text}T00:00` : text.replace(' ', 'T'));
    if (!Number.isNaN(time)) return time;
  }
  const before = duration.safeParse(/[a-z]$/u.test(text) ? text : '');
  if (before.success) return now - before.data;
  throw new InvalidArgumentError(
    `${JSON.stringify(text)} is no time; 2026-11-21, 2026-11-21T10:30:00Z or 2h (before now) would be right`,
  );
};
