import { InvalidArgumentError } from 'commander';
import { parseAddress } from '../inputs/address.js';
import { duration } from '../duration.js';
import type { KeepLimits } from '../journal/journal-archive.js';

const sizeUnits: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  K: 1024,
  KB: 1000,
  KIB: 1024,
  M: 1024 ** 2,
  MB: 1000 ** 2,
  MIB: 1024 ** 2,
  G: 1024 ** 3,
  GB: 1000 ** 3,
  GIB: 1024 ** 3,
};

/** A number of bytes: `65536`, `64KiB`, `20GB`. @throws InvalidArgumentError */
const parseSize = (text: string): number => {
  const [, digits = '', unit = ''] = /^(\d{1,15}(?:\.\d{1,3})?) ?([A-Za-z]{0,3})$/u.exec(text.trim()) ?? [];
  const factor = sizeUnits[unit.toUpperCase()];
  if (digits === '' || factor === undefined)
    throw new InvalidArgumentError(`${JSON.stringify(text)} is no size; 65536, 64KiB or 20GB would be right`);
  return Math.round(Number(digits) * factor);
};

/** Sizes within limits, shown as they are given here. */
const sizeBetween =
  (least: string, most: string) =>
  /** @throws InvalidArgumentError */
  (text: string): number => {
    const size = parseSize(text);
    if (size >= parseSize(least) && size <= parseSize(most)) return size;
    throw new InvalidArgumentError(`${JSON.stringify(text)} cannot be used; ${least} to ${most} would be right`);
  };

/** `--max-frame`: some text fits in, and a block of the journal holds it. @throws InvalidArgumentError */
export const parseFrameSize = sizeBetween('16', '16MiB');

/** `--journal-max`, `--outbox-max`: less could hold nothing. @throws InvalidArgumentError */
export const parseStoreSize = sizeBetween('1MB', '100000GB');

/** What a timer of Node can wait for, ms: 24 days. */
const longestTimerMs = 24 * 86_400_000;

/** A duration in ms, 24 days at most; `right`: what the option takes. @throws InvalidArgumentError */
const durationOf = (text: string, right: string): number => {
  const result = duration.safeParse(text);
  if (result.success && result.data > longestTimerMs) {
    throw new InvalidArgumentError(`${JSON.stringify(text)} is too long; at most 24d would be right`);
  }
  if (result.success) return result.data;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is no duration; ${right} would be right`);
};

/** A duration in ms: `100ms`, `5s`, `5m`; 24 days at most. @throws InvalidArgumentError */
export const parseDuration = (text: string): number => durationOf(text, '500ms, 5s or 5m');

/** A duration in ms as above, or none at all: `0`, `0s`. @throws InvalidArgumentError */
export const parseDurationOrNone = (text: string): number =>
  /^0+(?:\.0+)? ?(?:ms|s|m|h|d)?$/u.test(text.trim()) ? 0 : durationOf(text, '0, 500ms, 5s or 5m');

/** `--keep`: a duration, a size, or both with a comma between. @throws InvalidArgumentError */
export const parseKeep = (text: string): KeepLimits => {
  const limits: { ms?: number; bytes?: number } = {};
  for (const part of text.split(',').map((piece) => piece.trim())) {
    const isSize = /B$/iu.test(part);
    const time = isSize ? undefined : duration.safeParse(/[a-z]$/u.test(part) ? part : '');
    if (isSize && limits.bytes === undefined) limits.bytes = parseStoreSize(part);
    else if (time?.success === true && limits.ms === undefined) limits.ms = time.data;
    else throw new InvalidArgumentError(`${JSON.stringify(text)} cannot be used; 7d, 20GB or 7d,20GB would be right`);
  }
  return limits;
};

/** A duration in ms, 100 at least, or `off`. @throws InvalidArgumentError */
export const parseWatchdog = (text: string): number | 'off' => {
  if (text === 'off') return text;
  const ms = durationOf(text, 'off, 500ms, 5s or 5m');
  if (ms >= 100) return ms;
  throw new InvalidArgumentError(`${JSON.stringify(text)} cannot be used; 100ms or more, or off, would be right`);
};

/** A year with four digits. @throws InvalidArgumentError */
export const parseYear = (text: string): number => {
  if (/^(?:19[7-9]\d|2\d{3})$/u.test(text)) return Number(text);
  throw new InvalidArgumentError(`${JSON.stringify(text)} is no year; 1970 to 2999 would be right`);
};

/** An IANA time zone. @throws InvalidArgumentError */
export const parseTimeZone = (text: string): string => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new InvalidArgumentError(`${JSON.stringify(text)} is no time zone; UTC or Europe/Berlin would be right`);
  }
};

/** A whole number from 1. @throws InvalidArgumentError */
export const parseCount = (text: string): number => {
  if (/^[1-9]\d{0,8}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError(`${JSON.stringify(text)} is no count; a whole number from 1 would be right`);
};

/** `always`, `off`, or a duration in ms. @throws InvalidArgumentError */
export const parseFsync = (text: string): 'always' | 'off' | number =>
  text === 'always' || text === 'off'
    ? text
    : durationOf(/^\d+$/u.test(text) ? `${text}ms` : text, 'always, off, 100ms or 5s');

/** Adds to a repeatable option; in the environment, values are separated by commas. */
export const collect = (text: string, before: readonly string[] = []): string[] => [
  ...before,
  ...text
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== ''),
];

/** Adds to a repeatable option whose values may hold commas; an empty one is none, as `TOCSIN_TAIL=` is. */
export const collectWhole = (text: string, before: readonly string[] = []): string[] =>
  text === '' ? [...before] : [...before, text];

/** `value;tz=Zone`: a value and a time zone of its own. @throws InvalidArgumentError */
export const splitZone = (text: string): { readonly value: string; readonly timeZone: string | undefined } => {
  const at = text.lastIndexOf(';tz=');
  if (at === -1) return { value: text, timeZone: undefined };
  return { value: text.slice(0, at), timeZone: parseTimeZone(text.slice(at + 4)) };
};

/** An address to listen at, with its own time zone where it has one. @throws InvalidArgumentError */
export const parseListen = (
  text: string,
): { readonly host: string | undefined; readonly port: number; readonly timeZone: string | undefined } => {
  const { value, timeZone } = splitZone(text);
  const address = parseAddress(value);
  if ('fault' in address) throw new InvalidArgumentError(address.fault);
  return { ...address, timeZone };
};
