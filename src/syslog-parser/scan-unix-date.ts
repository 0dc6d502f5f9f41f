import { DOT, isDigit, SPACE } from './characters.js';
import type { ScannedDate } from './scanned-date.js';

const SECONDS = 10;
const MICROSECONDS = 6;

/** Scans seconds since the epoch with six decimals and a space behind, as `journalctl -o short-unix` writes them; nothing else a line may begin with looks so. */
export function scanUnixDate(text: string, at: number, date: ScannedDate): boolean {
  const point = at + SECONDS;
  const end = point + 1 + MICROSECONDS;
  if (text.charCodeAt(point) !== DOT || text.charCodeAt(end) !== SPACE) return false;
  for (let i = at; i < end; i++) if (i !== point && !isDigit(text.charCodeAt(i))) return false;
  const time = new Date(Number(text.slice(at, point)) * 1000);
  date.end = end;
  date.year = time.getUTCFullYear();
  date.month = time.getUTCMonth() + 1;
  date.day = time.getUTCDate();
  date.hour = time.getUTCHours();
  date.minute = time.getUTCMinutes();
  date.second = time.getUTCSeconds();
  date.millisecond = Number(text.slice(point + 1, point + 4));
  date.offsetMinutes = 0;
  date.unknownZone = undefined;
  return true;
}
