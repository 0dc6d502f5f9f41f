import { type ParseOptions, type ParsedRecord, parseSyslog } from '../../../src/syslog-parser/index.js';

export const receivedAt = Date.UTC(2026, 10, 21, 12);

/** What a line said: the record's fields that are known, the time as ISO text where the line was time-stamped. */
export interface Said extends Partial<Omit<ParsedRecord, 'time' | 'timeStamped' | 'fault'>> {
  readonly at?: string;
}

export function parse(line: string, options: Partial<ParseOptions> = {}): ParsedRecord {
  return parseSyslog(line, { receivedAt, timeZone: 'UTC', ...options });
}

/** What a line said, without its fault. */
export function said(line: string, options: Partial<ParseOptions> = {}): Said {
  const { time, timeStamped, ...fields } = parse(line, options);
  const known = Object.entries(fields).filter(([name, value]) => value !== undefined && name !== 'fault');
  return { ...(timeStamped ? { at: new Date(time).toISOString() } : {}), ...Object.fromEntries(known) };
}
