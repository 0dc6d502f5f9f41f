import { NoticeEvent } from 'tocsin';

const record = {
  host: 'string?',
  app: 'string?',
  pid: 'string?',
  facility: 'number?',
  severity: 'number?',
  message: 'string',
  fault: 'string?',
} as const;

/** A record, as it came. `fault` says what was wrong with it. */
export class RecordNotice extends NoticeEvent<typeof record> {
  static override readonly fields = record;

  override get summary(): string {
    const { host, app, pid, message, fault } = this.fields;
    const source = app === undefined ? '' : `${app}${pid === undefined ? '' : `[${pid}]`}: `;
    return `${host === undefined ? '' : `${host} `}${source}${message}${fault === undefined ? '' : ` (${fault})`}`;
  }
}

const stats = {
  messages: 'number',
  bytes: 'number',
  first: 'string?',
  last: 'string?',
  duration: 'number',
} as const;

/**
 * What came since the last one: records, and bytes of them as UTF-8. `first` and `last` are the earliest and the latest
 * record time (ISO 8601 UTC; absent without records), `duration` the seconds between them.
 */
export class ReportStats extends NoticeEvent<typeof stats> {
  static override readonly fields = stats;

  override get summary(): string {
    const { messages, bytes, first, last, duration } = this.fields;
    const span = first === undefined || last === undefined ? '' : ` from ${first} to ${last} (${duration} s)`;
    return `${messages} message${messages === 1 ? '' : 's'}, ${bytes} bytes${span}`;
  }
}
