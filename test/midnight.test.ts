import { expect } from 'chai';
import { nextMidnight } from '../src/midnight.js';

describe('nextMidnight()', () => {
  for (const [zone, from, to] of [
    ['UTC', '2026-11-20T10:00:00.000Z', '2026-11-21T00:00:00.000Z'],
    ['UTC', '2026-11-20T23:59:59.999Z', '2026-11-21T00:00:00.000Z'],
    ['UTC', '2026-11-20T00:00:00.000Z', '2026-11-21T00:00:00.000Z'],
    ['UTC', '2026-12-31T12:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['Europe/Berlin', '2026-07-01T21:59:59.000Z', '2026-07-01T22:00:00.000Z'],
    ['Europe/Berlin', '2026-07-01T22:00:00.000Z', '2026-07-02T22:00:00.000Z'],
    // A day of 23 hours and one of 25.
    ['Europe/Berlin', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['Europe/Berlin', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    // Midnight does not exist on this day: the clock goes from 23:59:59 to 01:00:00.
    ['America/Santiago', '2026-09-05T12:00:00.000Z', '2026-09-06T04:00:00.000Z'],
    ['Asia/Kolkata', '2026-11-20T10:00:00.000Z', '2026-11-20T18:30:00.000Z'],
  ] as const) {
    it(`is ${to} after ${from} in ${zone}`, () => {
      expect(new Date(nextMidnight(Date.parse(from), zone)).toISOString()).to.equal(to);
    });
  }
});
