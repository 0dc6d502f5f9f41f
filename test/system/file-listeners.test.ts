import { existsSync, renameSync } from 'node:fs';
import { expect } from 'chai';
import { until } from '../support/eventually.js';
import { wholeLines } from '../support/json-lines.js';
import { type LiveTocsin, livePrograms } from '../support/live-tocsin.js';
import { connectTo, line } from '../support/send.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { place } from '../support/user-stack.js';

/** Makes of every record an audit event, an alarm and a counted event, each with the number of the record. */
const alarmsModule = `import { AuditEvent, defineModule, NoticeEvent } from 'tocsin';
import { z } from 'zod';
class Entry extends AuditEvent {
  static auditId = 'ledger';
  static fields = { total: 'number' };
  get summary() { return 'entry'; }
}
class AlarmEvent extends NoticeEvent {
  static fields = { alarm: 'json' };
  get summary() { return 'alarm'; }
}
class AlarmEventCounted extends NoticeEvent {
  static quiet = true;
  static fields = { alarmId: 'string', stage: 'number', eventId: 'string' };
  get summary() { return 'counted'; }
}
export default defineModule({
  name: 'alarms', description: 'Alarms', options: z.strictObject({}), events: [Entry, AlarmEvent, AlarmEventCounted],
  create: (_options, context) => ({
    onRecord: () => {
      const total = (context.state.get('total') ?? 0) + 1;
      context.state.put('total', total);
      context.dispatch(new Entry({ total }));
      context.dispatch(new AlarmEventCounted({ alarmId: String(total), stage: 1, eventId: 'e' }));
      context.dispatch(new AlarmEvent({ alarm: { alarm_id: String(total) } }));
    },
  }),
});
`;
const alarmsStack = `modules: { alarms: {} }
listeners: { event-file: { when: "event.audit" }, csv-audit: {}, alarm-file: {} }
`;

/** A file of the log directory, and the number of the record in each of its lines. */
const files: Readonly<Record<string, (line: string) => number>> = {
  'events.jsonl': (text) => (JSON.parse(text) as { fields: { total: number } }).fields.total,
  'audit/ledger.csv': (text) => Number(text.split(',').at(-1)),
  'siem_alarms.json': (text) => Number((JSON.parse(text) as { alarm_id: string }).alarm_id),
  'siem_alarm_events.json': (text) => Number((JSON.parse(text) as { alarm_id: string }).alarm_id),
};

describe('file listeners', function () {
  this.timeout(240_000);
  const { dir } = temporaryDirs();
  const { start } = livePrograms();
  let rotations = 0;
  beforeEach(() => {
    place(dir(), 'modules/alarms.js', alarmsModule);
    place(dir(), 'stacks/alarms.yaml', alarmsStack);
    rotations = 0;
  });

  const rotate = (live: LiveTocsin): void => {
    rotations += 1;
    for (const name of Object.keys(files))
      if (existsSync(live.log(name))) renameSync(live.log(name), live.log(`${name}.${rotations}`));
  };

  /** Numbers in a file and all it was renamed to, oldest first. */
  const numbersIn = (live: LiveTocsin, name: string, number: (line: string) => number): number[] => {
    const names = [...Array.from({ length: rotations }, (_, n) => `${name}.${n + 1}`), name];
    return names.flatMap((one) => {
      const lines = wholeLines(live.log(one));
      return (name.endsWith('.csv') ? lines.slice(1) : lines).map(number);
    });
  };

  /** Sends without end until the connection breaks. */
  const load = async (live: LiveTocsin): Promise<void> => {
    const socket = await connectTo(live.port('tcp'));
    const batch = line('x').repeat(100);
    while (!socket.destroyed && !live.over) {
      if (!socket.write(batch)) await new Promise((resolve) => setTimeout(resolve, 20));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    socket.destroy();
  };

  it('write each event once over eight SIGKILLs at any moment, with files rotated while it runs and while it does not', async () => {
    const args = ['--stack', 'alarms', '--tcp', '127.0.0.1:0', '--checkpoint', '500ms'];
    let already = 0;
    for (let round = 0; round < 8; round += 1) {
      const live = await start(dir(), args);
      const loading = load(live);
      const size = (): number => wholeLines(live.log('events.jsonl')).length;
      const before = size();
      await until('it writes', () => size() > before);
      const lifeMs = Math.random() * 1500;
      const rotateAtMs = Math.random() * 2000;
      if (rotateAtMs < lifeMs) setTimeout(() => rotate(live), rotateAtMs);
      await new Promise((resolve) => setTimeout(resolve, lifeMs));
      await live.end('SIGKILL');
      await loading;
      if (round % 3 === 2) rotate(live);
    }
    const live = await start(dir(), args);
    let worked = -1;
    const { core, listeners } = await live.counted('all is worked on and delivered', (counters) => {
      const before = worked;
      worked = counters.core?.records ?? 0;
      return worked > 0 && worked === before && counters.listeners.every(({ lag }) => lag === 0);
    });
    for (const { own } of listeners) already += own['already_written'] ?? 0;
    expect(core?.faults).to.equal(0);
    expect((await live.end()).code).to.equal(0);
    const counts: number[] = [];
    for (const [name, number] of Object.entries(files)) {
      const numbers = numbersIn(live, name, number);
      const wrong = numbers.findIndex((n, index) => n !== index + 1);
      expect(wrong, `${name}: ${numbers.slice(Math.max(0, wrong - 2), wrong + 3).join()}`).to.equal(-1);
      counts.push(numbers.length);
    }
    expect(new Set(counts).size, counts.join()).to.equal(1);
    expect(counts[0]).to.be.greaterThan(2000);
    expect(already).to.be.greaterThan(0);
  });
});
