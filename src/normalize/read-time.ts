import { parseRfc3339 } from '../directives/rfc3339.js';

const CLF =
  /^([0-9]{1,2})\/([A-Z][a-z]{2})\/([0-9]{4}):([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]{1,9})? ([+-])([0-9]{2})([0-9]{2})$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const LATEST = Date.UTC(9999, 11, 31);
/** Larger numbers are milliseconds: as seconds they would lie after the year 5000. */
const LARGEST_SECONDS = 100_000_000_000;

const readClf = (text: string): number | undefined => {
  const match = CLF.exec(text);
  if (match === null) return undefined;
  const [, day = '', month = '', year, hour, minute, second, sign, zoneHour, zoneMinute] = match;
  const time = Date.UTC(Number(year), MONTHS.indexOf(month), Number(day), Number(hour), Number(minute), Number(second));
  const offset = (Number(zoneHour) * 60 + Number(zoneMinute)) * 60_000;
  const isDate = new Date(time).getUTCDate() === Number(day) && MONTHS.includes(month);
  return isDate ? time + (sign === '-' ? offset : -offset) : undefined;
};

/**
 * Reads a time with its zone, as ms since the epoch: RFC 3339, a web server's `10/Oct/2026:13:55:36 +0200`, or seconds or
 * milliseconds since the epoch; undefined for anything else.
 */
export const readTime = (text: string): number | undefined => {
  if (/^[0-9]{9,13}(?:\.[0-9]{1,9})?$/.test(text)) {
    const number = Number(text);
    return Math.min(LATEST, number < LARGEST_SECONDS ? Math.round(number * 1000) : number);
  }
  const seconds = parseRfc3339(text);
  return seconds === undefined ? readClf(text) : seconds * 1000;
};
