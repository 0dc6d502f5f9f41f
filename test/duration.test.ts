import { expect } from 'chai';
import { duration } from '../src/duration.js';

describe('duration', () => {
  for (const [text, ms] of [
    ['5m', 300_000],
    ['300s', 300_000],
    ['48h', 172_800_000],
    ['1d', 86_400_000],
    ['500ms', 500],
    ['1.5h', 5_400_000],
    ['90', 90_000],
    [300, 300_000],
    [0.5, 500],
  ] as const) {
    it(`reads ${JSON.stringify(text)} as ${ms} ms`, () => {
      expect(duration.parse(text)).to.equal(ms);
    });
  }

  for (const text of ['', 'm', '5 minutes', '-5m', -1, 0, '0s', '1e3', Number.NaN, '99999999d', '5m5', '5mm', null]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(duration.safeParse(text).success).to.equal(false);
    });
  }

  it('says what would be right', () => {
    expect(duration.safeParse('soon').error?.issues[0]?.message).to.match(
      /^"soon" is no duration; right would be .*"5m"/,
    );
  });
});
