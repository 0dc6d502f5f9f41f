import { resolve } from 'node:path';
import {
  AppendFile,
  DeliveryError,
  defineListener,
  type Event,
  escapeJson,
  type Listener,
  type ListenerContext,
} from 'tocsin';
import { z } from 'zod';

const options = z.strictObject({
  alarms: z.string().min(1).default('siem_alarms.json').describe('File of alarm snapshots, from the log directory on'),
  alarmEvents: z
    .string()
    .min(1)
    .default('siem_alarm_events.json')
    .describe('File of the events that counted for an alarm, from the log directory on'),
});

const jsonOf = (event: Event, value: unknown): string => {
  if (typeof value === 'object' && value !== null) return escapeJson(JSON.stringify(value));
  throw new DeliveryError(`cannot write event ${event.id} (${event.class.name}): it holds no alarm`, {
    retryable: false,
  });
};

const create = (
  { alarms, alarmEvents }: z.output<typeof options>,
  { logDir, log, metrics, places }: ListenerContext,
): Listener => {
  const alarmFile = new AppendFile({ path: resolve(logDir, alarms), log, metrics, places });
  const eventFile = new AppendFile({ path: resolve(logDir, alarmEvents), log, metrics, places });
  const handle = (event: Event): void | Promise<void> => {
    const fields: Readonly<Record<string, unknown>> = event.fields;
    if (event.class.name === 'AlarmEvent') return alarmFile.add(jsonOf(event, fields['alarm']));
    if (event.class.name !== 'AlarmEventCounted') return undefined;
    const { alarmId: alarm_id, stage, eventId: event_id } = fields;
    return eventFile.add(jsonOf(event, { alarm_id, stage, event_id }));
  };
  return {
    handle,
    // The events of an alarm are there before the alarm itself is.
    flush: async () => {
      await eventFile.flush();
      await alarmFile.flush();
    },
    forget: () => eventFile.forget() + alarmFile.forget(),
    reopen: async () => {
      await eventFile.reopen();
      await alarmFile.reopen();
    },
    close: async () => {
      await eventFile.close();
      await alarmFile.close();
    },
  };
};

/** Writes dsiem's two files, siem_alarms.json and siem_alarm_events.json (dsiem.md §6). */
export default defineListener({
  name: 'alarm-file',
  description: 'Alarms as dsiem writes them: siem_alarms.json and siem_alarm_events.json',
  options,
  accepts: ['AlarmEventCounted'],
  writes: ({ alarms, alarmEvents }) => [alarms, alarmEvents],
  create,
});
