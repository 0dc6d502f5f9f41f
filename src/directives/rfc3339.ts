const SHAPE = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

const daysIn = (year: number, month: number): number =>
  month === 2 && isLeap(year) ? 29 : (MONTH_DAYS[month - 1] ?? 0);

const leapDaysBefore = (year: number): number => {
  const last = year - 1;
  return Math.floor(last / 4) - Math.floor(last / 100) + Math.floor(last / 400);
};

const daysSinceEpoch = (year: number, month: number, day: number): number => {
  let days = (year - 1970) * 365 + leapDaysBefore(year) - leapDaysBefore(1970);
  for (let m = 1; m < month; m += 1) days += daysIn(year, m);
  return days + day - 1;
};

/** Whole seconds since the epoch, rounded down, of an RFC 3339 §5.6 timestamp; undefined where it is none. */
export const parseRfc3339 = (text: string): number | undefined => {
  if (text.length > 64) return undefined;
  const parts = SHAPE.exec(text);
  if (parts === null) return undefined;
  const year = Number(parts[1]);
  const month = Number(parts[2]);
  const day = Number(parts[3]);
  const hour = Number(parts[4]);
  const minute = Number(parts[5]);
  const second = Number(parts[6]);
  if (day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 60) return undefined;
  const seconds = daysSinceEpoch(year, month, day) * 86400 + hour * 3600 + minute * 60 + Math.min(second, 59);
  if (parts[7] === undefined) return seconds;
  const offsetHours = Number(parts[8]);
  const offsetMinutes = Number(parts[9]);
  if (offsetHours > 23 || offsetMinutes > 59) return undefined;
  const offset = offsetHours * 3600 + offsetMinutes * 60;
  return parts[7] === '+' ? seconds - offset : seconds + offset;
};
