import { facilityNumbers, severityNumbers } from './level-names.js';

const otherLevels: ReadonlyMap<string, number> = new Map([
  ['emergency', 0],
  ['fatal', 2],
  ['critical', 2],
  ['severe', 3],
  ['informational', 6],
  ['information', 6],
  ['trace', 7],
  ['verbose', 7],
]);

// pino and bunyan count in tens.
const tens: ReadonlyMap<number, number> = new Map([
  [10, 7],
  [20, 7],
  [30, 6],
  [40, 4],
  [50, 3],
  [60, 2],
]);

/** A name or number as text; undefined for the empty text and anything else. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A message: text without the line end that loggers leave, journald's array of bytes, or a number or truth value. */
export function messageOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.replace(/[\r\n\0]{1,8}$/, '');
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!Array.isArray(value)) return undefined;
  // A journal entry may have the field several times.
  if (typeof value[0] === 'string' || Array.isArray(value[0])) return messageOf(value[0]);
  return value.every(isByte) ? messageOf(new TextDecoder().decode(Uint8Array.from(value))) : undefined;
}

/** A severity 0–7 from a syslog number, a name, or pino's tens. */
export function severityOf(value: unknown): number | undefined {
  const number = smallNumber(value);
  if (number !== undefined) return number <= 7 ? number : tens.get(number);
  const name = typeof value === 'string' ? value.toLowerCase() : '';
  return severityNumbers.get(name) ?? otherLevels.get(name);
}

/** A facility 0–23 from its number or name. */
export function facilityOf(value: unknown): number | undefined {
  const number = smallNumber(value);
  if (number !== undefined) return number <= 23 ? number : undefined;
  return typeof value === 'string' ? facilityNumbers.get(value.toLowerCase()) : undefined;
}

function isByte(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255;
}

function smallNumber(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^\d{1,2}$/.test(text) ? Number(text) : undefined;
}
