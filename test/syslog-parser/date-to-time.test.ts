import { expect } from 'chai';
import type { ParseOptions } from '../../src/syslog-parser/index.js';
import { parse, receivedAt } from './support/said.js';

function timeOf(date: string, options: Partial<ParseOptions> = {}): string {
  const record = parse(`${date} web01 app: x`, options);
  expect(record).to.include({ host: 'web01', app: 'app', message: 'x' });
  return record.timeStamped ? new Date(record.time).toISOString() : 'none';
}

describe('parseSyslog() puts a date without a year into the nearest one', () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ['Dec 31 23:59:59', Date.UTC(2026, 0, 1, 0, 0, 5), '2025-12-31T23:59:59.000Z'],
    ['Dec 10 06:55:46', Date.UTC(2026, 0, 15), '2025-12-10T06:55:46.000Z'],
    ['Jan  1 00:00:01', Date.UTC(2026, 11, 31, 23, 59), '2027-01-01T00:00:01.000Z'],
    ['Nov 21 10:00:00', receivedAt, '2026-11-21T10:00:00.000Z'],
    ['May 30 10:00:00', receivedAt, '2026-05-30T10:00:00.000Z'],
    ['Feb 29 10:00:00', Date.UTC(2028, 2, 1), '2028-02-29T10:00:00.000Z'],
    ['Feb 29 10:00:00', Date.UTC(2026, 0, 1), '2024-02-29T10:00:00.000Z'],
    ['Feb 29 10:00:00', Date.UTC(2101, 0, 1), '2104-02-29T10:00:00.000Z'],
    ['Feb 29 10:00:00', Date.UTC(2099, 0, 1), '2096-02-29T10:00:00.000Z'],
  ];
  for (const [date, reference, expected] of cases) {
    it(`${date} received ${new Date(reference).toISOString()}`, () => {
      expect(timeOf(date, { receivedAt: reference })).to.equal(expected);
    });
  }

  const stored: readonly (readonly [string, number, string])[] = [
    ['Mar  1 10:00:00', Date.UTC(2026, 10, 21), '2026-03-01T10:00:00.000Z'],
    ['Mar  1 10:00:00 EST', Date.UTC(2026, 10, 21), '2026-03-01T15:00:00.000Z'],
    ['Dec 10 06:55:46', Date.UTC(2026, 0, 15), '2025-12-10T06:55:46.000Z'],
    ['Nov 22 09:59:59', Date.UTC(2026, 10, 21, 10), '2026-11-22T09:59:59.000Z'],
    ['Nov 22 10:00:01', Date.UTC(2026, 10, 21, 10), '2025-11-22T10:00:01.000Z'],
    ['Jan  1 00:00:01', Date.UTC(2026, 11, 31, 23, 59), '2027-01-01T00:00:01.000Z'],
    ['Jan  2 00:00:01', Date.UTC(2026, 11, 31, 23, 59), '2026-01-02T00:00:01.000Z'],
    ['Feb 29 10:00:00', Date.UTC(2101, 0, 1), '2096-02-29T10:00:00.000Z'],
  ];
  for (const [date, reference, expected] of stored) {
    it(`${date} in a file of ${new Date(reference).toISOString()}, which holds no lines of its future`, () => {
      expect(timeOf(date, { referenceTime: reference })).to.equal(expected);
      expect(timeOf(date, { receivedAt: new Date(expected).getTime() })).to.equal(expected);
      expect(timeOf(date, { referenceTime: reference })).to.equal(expected);
    });
  }

  it('also where the cache holds the same date of another year', () => {
    expect(timeOf('Dec 31 23:59:59', { receivedAt: Date.UTC(2026, 11, 31) })).to.match(/^2026/);
    expect(timeOf('Dec 31 23:59:59', { receivedAt: Date.UTC(2026, 0, 1) })).to.match(/^2025/);
    expect(timeOf('Dec 31 23:59:59', { year: 2015 })).to.match(/^2015/);
    expect(timeOf('Dec 31 23:59:59', { receivedAt: Date.UTC(2026, 0, 1) })).to.match(/^2025/);
  });

  it('takes the year it is told, but the line’s own first', () => {
    expect(timeOf('Dec 10 06:55:46', { year: 2015 })).to.equal('2015-12-10T06:55:46.000Z');
    expect(timeOf('Dec 10 2014 06:55:46', { year: 2015 })).to.equal('2014-12-10T06:55:46.000Z');
  });
});

describe('parseSyslog() reads local times', () => {
  const zones: readonly (readonly [string, string, string])[] = [
    ['Europe/Berlin', 'Jul  1 12:00:00', '2026-07-01T10:00:00.000Z'],
    ['Europe/Berlin', 'Nov 21 12:00:00', '2026-11-21T11:00:00.000Z'],
    ['Europe/Berlin', 'Mar 29 01:59:59', '2026-03-29T00:59:59.000Z'],
    ['Europe/Berlin', 'Mar 29 03:00:00', '2026-03-29T01:00:00.000Z'],
    ['Europe/Berlin', 'Oct 25 01:59:59', '2026-10-24T23:59:59.000Z'],
    ['Europe/Berlin', 'Oct 25 03:00:00', '2026-10-25T02:00:00.000Z'],
    ['America/New_York', 'Nov  1 00:59:59', '2026-11-01T04:59:59.000Z'],
    ['America/New_York', 'Nov  1 02:00:00', '2026-11-01T07:00:00.000Z'],
    ['America/St_Johns', 'Jul  1 12:00:00', '2026-07-01T14:30:00.000Z'],
    ['Asia/Kathmandu', 'Jul  1 12:00:00', '2026-07-01T06:15:00.000Z'],
    ['Australia/Lord_Howe', 'Oct  4 01:59:00', '2026-10-03T15:29:00.000Z'],
    ['Australia/Lord_Howe', 'Oct  4 02:30:00', '2026-10-03T15:30:00.000Z'],
    ['Pacific/Kiritimati', 'Nov 21 12:00:00', '2026-11-20T22:00:00.000Z'],
    ['UTC', 'Nov 21 12:00:00', '2026-11-21T12:00:00.000Z'],
  ];
  for (const [timeZone, date, expected] of zones) {
    it(`${date} in ${timeZone}`, () => expect(timeOf(date, { timeZone, year: 2026 })).to.equal(expected));
  }

  it('agrees with the platform at every quarter of an hour around the changes of a year', () => {
    const clock = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Europe/Berlin',
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    for (const day of [Date.UTC(2026, 2, 28), Date.UTC(2026, 9, 24)]) {
      for (let time = day; time < day + 3 * 86_400_000; time += 900_000) {
        const line = `${clock.format(time).replace(' ', 'T')} web01 app: x`;
        expect(parse(line, { timeZone: 'Europe/Berlin', receivedAt: time }).time, line).to.equal(time);
      }
    }
  });

  it('takes a time that came twice for the one nearer to the receipt, else for the first', () => {
    const twice = (receipt: number): string =>
      timeOf('Oct 25 02:30:00', { timeZone: 'Europe/Berlin', receivedAt: receipt });
    expect(twice(Date.UTC(2026, 9, 25, 0, 30, 1))).to.equal('2026-10-25T00:30:00.000Z');
    expect(twice(Date.UTC(2026, 9, 25, 1, 30, 1))).to.equal('2026-10-25T01:30:00.000Z');
    expect(twice(Date.UTC(2026, 10, 25))).to.equal('2026-10-25T00:30:00.000Z');
  });

  it('finds fault with a time that never came', () => {
    const record = parse('Mar 29 02:30:00 web01 app: x', { timeZone: 'Europe/Berlin', year: 2026 });
    expect(record.fault).to.contain('clocks skipped "Mar 29 02:30:00"');
    expect(record.time).to.equal(Date.UTC(2026, 2, 29, 1, 30));
  });

  it('uses the machine’s zone where none is given', () => {
    const { time } = parse('Nov 21 10:00:00 web01 app: x', { timeZone: undefined });
    expect(time).to.equal(new Date(2026, 10, 21, 10).getTime());
  });
});

describe('parseSyslog() never rolls a date over', () => {
  const dates = [
    'Feb 30 10:00:00',
    'Feb 31 10:00:00',
    'Apr 31 10:00:00',
    'Nov  0 10:00:00',
    'Nov 32 10:00:00',
    'Nov 21 24:00:00',
    'Nov 21 10:60:00',
    'Nov 21 10:00:61',
    'Feb 29 2026 10:00:00',
    'Nov 21 23:59:60',
    '2026-12-31T22:59:60Z',
    '2026-02-29T10:00:00Z',
    '2026-13-01T10:00:00Z',
    '2026-00-01T10:00:00Z',
    '2026-11-21T10:00:00+24:00',
  ];
  for (const date of dates) {
    it(date, () => {
      const record = parse(`<13>${date} web01 app: x`);
      expect(record).to.include({ time: receivedAt, timeStamped: false, host: 'web01', app: 'app', message: 'x' });
      expect(record.fault).to.contain('no such date');
    });
  }

  it('Feb 29 in the year it is told', () => {
    expect(timeOf('Feb 29 10:00:00', { year: 2015 })).to.equal('none');
    expect(timeOf('Feb 29 10:00:00', { year: 2016 })).to.equal('2016-02-29T10:00:00.000Z');
  });

  it('takes the second 60 of a leap second for the start of the next', () => {
    expect(timeOf('Dec 31 23:59:60', { year: 2016 })).to.equal('2017-01-01T00:00:00.000Z');
    expect(timeOf('2015-07-01T01:59:60.5+02:00')).to.equal('2015-07-01T00:00:00.000Z');
  });
});
