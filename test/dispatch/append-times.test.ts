import { expect } from 'chai';
import { AppendTimes } from '../../src/dispatch/append-times.js';

describe('AppendTimes', () => {
  it('tells how long ago an event came, never less than it was', () => {
    const times = new AppendTimes(0);
    for (let n = 1; n <= 100; n += 1) times.note(n, n * 30);
    for (let n = 1; n <= 100; n += 1) expect(times.agoMs(n, 10_000)).to.be.within(10_000 - n * 30, 10_100 - n * 30);
  });

  it('counts events of an earlier run from the beginning of this one', () => {
    const times = new AppendTimes(500);
    times.note(10, 5000);
    expect(times.agoMs(9, 6000)).to.equal(5500);
    expect(times.agoMs(10, 6000)).to.equal(1000);
  });

  it('stays right, if coarse, over millions of events', () => {
    const times = new AppendTimes(0);
    for (let n = 1; n <= 1_000_000; n += 1) times.note(n, n * 100);
    for (const n of [1, 1000, 500_000, 999_999]) {
      const exact = 100_000_000 - n * 100;
      expect(times.agoMs(n, 100_000_000)).to.be.within(exact, exact + 60_000_000);
    }
    expect(times.agoMs(999_999, 100_000_000)).to.be.below(2000);
  });
});
