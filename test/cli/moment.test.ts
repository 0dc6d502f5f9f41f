import { expect } from 'chai';
import { InvalidArgumentError } from 'commander';
import { parseMoment } from '../../src/cli/moment.js';

const now = Date.UTC(2026, 10, 21, 12);

describe('parseMoment()', () => {
  for (const [text, iso] of [
    ['2026-11-21T10:30Z', '2026-11-21T10:30:00.000Z'],
    ['2026-11-21 10:30:05Z', '2026-11-21T10:30:05.000Z'],
    ['2026-11-21T10:30:05.25+01:00', '2026-11-21T09:30:05.250Z'],
    ['2024-02-29T00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2h', '2026-11-21T10:00:00.000Z'],
    ['90s', '2026-11-21T11:58:30.000Z'],
    ['7d', '2026-11-14T12:00:00.000Z'],
  ] as const) {
    it(`takes ${text}`, () => {
      expect(new Date(parseMoment(text, now)).toISOString()).to.equal(iso);
    });
  }

  it('takes a day or a time without a zone as this machine’s', () => {
    expect(parseMoment('2026-11-21', now)).to.equal(new Date(2026, 10, 21).getTime());
    expect(parseMoment('2026-11-21T10:30', now)).to.equal(new Date(2026, 10, 21, 10, 30).getTime());
  });

  for (const text of [
    ...['', 'now', 'yesterday', '7', '2 hours', '-2h', '2026', '2026-11', '21.11.2026', '1763720000'],
    ...['2026-02-29', '2026-02-31T10:00Z', '2026-13-01', '2026-00-10', '2026-11-00', '2026-11-21T24:01Z'],
    ...[
      '2026-11-21T10',
      '2026-11-21T10:61Z',
      '2026-11-21T10:30:99Z',
      '2026-11-21T10:30+99:00',
      ' 2026-11-21',
      '2026-11-21\n',
    ],
  ]) {
    it(`refuses ${JSON.stringify(text)}, saying what would be right`, () => {
      expect(() => parseMoment(text, now)).to.throw(InvalidArgumentError, /2026-11-21T10:30:00Z or 2h/u);
    });
  }
});
