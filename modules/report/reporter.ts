import { isoTime, type LogicModule, type LogRecord, type ModuleContext, nextMidnight } from 'tocsin';
import { RecordNotice, ReportStats } from './events.js';

/** Counted since the last statistics: plain JSON, kept over restarts. Times in ms. */
interface Period {
  messages: number;
  bytes: number;
  first: number | null;
  last: number | null;
  /** When the next statistics are due; null before the first tick. */
  due: number | null;
}

const key = 'period';
/** With the hour that a change of the clock adds. */
const longestDayMs = 25 * 3_600_000;

/** Tells of every record, and at midnight and at the end what they were together. */
export class Reporter implements LogicModule {
  constructor(private readonly context: ModuleContext) {}

  onRecord(record: LogRecord): void {
    const period = this.period();
    period.messages += 1;
    period.bytes += Buffer.byteLength(record.raw);
    period.first = Math.min(record.time, period.first ?? record.time);
    period.last = Math.max(record.time, period.last ?? record.time);
    const { host, app, pid, facility, severity, message, fault } = record;
    this.context.dispatch(new RecordNotice({ host, app, pid, facility, severity, message, fault }));
  }

  onTick(): void {
    const { wallTime } = this.context;
    const due = this.context.state.get<Period>(key)?.due ?? null;
    // A clock that was set back makes a midnight that was the next one a far one.
    const isFar = due !== null && due - wallTime > longestDayMs;
    if (due !== null && wallTime < due && !isFar) return;
    if (due !== null && !isFar) this.tellStats(due);
    this.period().due = nextMidnight(wallTime, this.context.timeZone);
  }

  onEnd(): void {
    this.tellStats(this.context.wallTime);
  }

  private period(): Period {
    const kept = this.context.state.edit<Period>(key);
    if (kept !== undefined) return kept;
    const period: Period = { messages: 0, bytes: 0, first: null, last: null, due: null };
    this.context.state.put(key, period);
    return period;
  }

  private tellStats(time: number): void {
    const period = this.period();
    const { messages, bytes, first, last } = period;
    const span =
      first === null || last === null
        ? { duration: 0 }
        : { first: isoTime(first), last: isoTime(last), duration: (last - first) / 1000 };
    this.context.dispatch(new ReportStats({ messages, bytes, ...span }, { time }));
    Object.assign(period, { messages: 0, bytes: 0, first: null, last: null });
  }
}
