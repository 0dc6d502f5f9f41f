import { Event, NoticeEvent, type Severity } from 'tocsin';
import type { AlarmEventLine, AlarmLine } from 'tocsin/directives';

const severities: Readonly<Record<string, Severity>> = { High: 'error', Medium: 'warning', Low: 'notice' };

/** An alarm was raised or has changed: a whole snapshot of it (dsiem.md §6). */
export class AlarmEvent extends Event<typeof AlarmEvent.fields> {
  static override readonly fields = {
    alarmId: 'string',
    title: 'string',
    risk: 'number',
    riskClass: 'string',
    /** Stage reached: the highest that has begun. */
    stage: 'number',
    stages: 'number',
    /** What made this snapshot necessary: stage, always-active, timeout, lookup. */
    cause: 'string',
    category: 'string',
    kingdom: 'string',
    srcIps: 'strings',
    dstIps: 'strings',
    alarm: 'json',
  } as const;

  /** Of an alarm line. */
  static of(alarm: AlarmLine, cause: string): AlarmEvent {
    const begun = alarm.rules.filter(({ start_time: start }) => start !== undefined && start !== 0);
    return new AlarmEvent(
      {
        alarmId: alarm.alarm_id,
        title: alarm.title,
        risk: alarm.risk,
        riskClass: alarm.risk_class,
        stage: begun.reduce((highest, rule) => Math.max(highest, rule.stage), 0),
        stages: alarm.rules.length,
        cause,
        category: alarm.category,
        kingdom: alarm.kingdom,
        srcIps: alarm.src_ips,
        dstIps: alarm.dst_ips,
        alarm,
      },
      { time: alarm.update_time * 1000 },
    );
  }

  override get severity(): Severity {
    return severities[this.fields.riskClass] ?? 'notice';
  }

  get summary(): string {
    const { title, riskClass, risk, stage, stages, srcIps, dstIps, cause } = this.fields;
    const some = (addresses: readonly string[]): string =>
      addresses.length > 3
        ? `${addresses.slice(0, 3).join(', ')} and ${addresses.length - 3} more`
        : addresses.join(', ');
    const how = cause === 'timeout' ? 'ended' : `stage ${stage} of ${stages}`;
    return `alarm ${title}: risk ${risk} (${riskClass}), ${how}, from ${some(srcIps)} to ${some(dstIps)}`;
  }
}

/** A normalized event counted for a backlog: one line of siem_alarm_events.json (dsiem.md §6). */
export class AlarmEventCounted extends NoticeEvent<typeof AlarmEventCounted.fields> {
  static readonly quiet = true;
  static override readonly fields = { alarmId: 'string', stage: 'number', eventId: 'string' } as const;

  /** Of an alarm-event line. */
  static of({ alarm_id: alarmId, stage, event_id: eventId }: AlarmEventLine): AlarmEventCounted {
    return new AlarmEventCounted({ alarmId, stage, eventId });
  }

  get summary(): string {
    const { alarmId, stage, eventId } = this.fields;
    return `event ${eventId} counts in stage ${stage} of ${alarmId}`;
  }
}
