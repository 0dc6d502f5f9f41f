import { expect } from 'chai';
import report from '../../modules/report.js';
import { golden } from '../support/golden.js';
import { ModuleHarness } from '../support/module-harness.js';

const at = (time: string): number => Date.parse(time);

describe('report', () => {
  it('gives one notice a record, then statistics (golden)', () => {
    const input = new URL('../golden/report/mixed.log', import.meta.url);
    golden(
      new URL('../golden/report/mixed.events.jsonl', import.meta.url),
      new ModuleHarness(report).file(input).end().jsonl,
    );
  });

  it('says what was wrong with a record', () => {
    const harness = new ModuleHarness(report);
    harness.record({ host: 'h', message: 'text', fault: 'no such date' });
    expect(harness.events[0]?.summary).to.equal('h text (no such date)');
  });

  it('counts bytes as UTF-8 and times by the earliest and latest record', () => {
    const harness = new ModuleHarness(report);
    harness.record({ time: at('2026-11-20T10:00:00Z'), raw: 'grün' });
    harness.record({ time: at('2026-11-20T10:00:02.500Z'), raw: 'x' });
    harness.record({ time: at('2026-11-20T09:59:59Z'), raw: '' });
    expect(harness.end().fieldsOf('ReportStats')).to.deep.equal([
      {
        messages: 3,
        bytes: 6,
        first: '2026-11-20T09:59:59.000Z',
        last: '2026-11-20T10:00:02.500Z',
        duration: 3.5,
      },
    ]);
  });

  it('tells statistics at midnight of the stack, once for days without records, and starts afresh', () => {
    const harness = new ModuleHarness(report, { timeZone: 'Europe/Berlin' });
    harness.record({ time: at('2026-11-20T22:59:59Z'), raw: 'a' });
    harness.record({ time: at('2026-11-20T23:00:00Z'), raw: 'bb' });
    harness.tick(at('2026-11-24T12:00:00Z'));
    harness.end();
    const stats = harness.events.filter((event) => event.class.name === 'ReportStats');
    expect(stats.map(({ time }) => new Date(time).toISOString())).to.deep.equal([
      '2026-11-20T23:00:00.000Z',
      '2026-11-21T23:00:00.000Z',
      '2026-11-24T12:00:00.000Z',
    ]);
    expect(stats.map(({ fields }) => (fields as { bytes: number }).bytes)).to.deep.equal([1, 2, 0]);
  });

  it('tells statistics at the wall’s midnight, also where the clock was set forward or back', () => {
    const harness = new ModuleHarness(report);
    const day = 86_400_000;
    const tick = (time: string): void => harness.tick(at(time) - harness.clockAhead);
    tick('2026-11-20T12:00:00Z');
    harness.clockAhead = day;
    tick('2026-11-21T12:00:01Z');
    harness.clockAhead = -300 * day;
    tick('2026-01-24T12:00:02Z');
    tick('2026-01-25T00:00:00Z');
    expect(harness.events.map(({ time }) => new Date(time).toISOString())).to.deep.equal([
      '2026-11-21T00:00:00.000Z',
      '2026-01-25T00:00:00.000Z',
    ]);
  });

  it('goes on after a restart as if there had been none', () => {
    const run = (restart: boolean): string => {
      const harness = new ModuleHarness(report);
      harness.record({ time: at('2026-11-20T10:00:00Z'), host: 'h', app: 'a', message: 'one', raw: 'one' });
      if (restart) harness.restart();
      harness.record({ time: at('2026-11-21T10:00:00Z'), host: 'h', app: 'a', message: 'two', raw: 'two' });
      return harness.end().jsonl;
    };
    expect(run(true)).to.equal(run(false));
  });
});
