export type { ParseOptions } from './parse-options.js';
export { parseSyslog } from './parse-syslog.js';
export type { ParsedRecord } from './parsed-record.js';
