import { expect } from 'chai';
import { SteadyClock } from '../src/steady-clock.js';

const hour = 3_600_000;
const begin = Date.UTC(2026, 10, 21);

/** Clocks that pass time together, of which one jumps. */
const makeClocks = () => {
  const times = { wall: begin, monotonic: 5000 };
  const clock = new SteadyClock({ wall: () => times.wall, monotonic: () => times.monotonic });
  const pass = (ms: number): number => {
    times.wall += ms;
    times.monotonic += ms;
    return clock.now() - begin;
  };
  const jump = (ms: number): number => {
    times.wall += ms;
    return clock.now() - begin;
  };
  return { pass, jump };
};

describe('SteadyClock', () => {
  it('is the time of day, small corrections included', () => {
    const { pass, jump } = makeClocks();
    expect(pass(hour)).to.equal(hour);
    expect(jump(-500)).to.equal(hour - 500);
    expect(jump(1000)).to.equal(hour + 500);
    expect(pass(100 * hour)).to.equal(101 * hour + 500);
  });

  it('goes on through a jump forward that is taken back', () => {
    const { pass, jump } = makeClocks();
    const tenYears = 10 * 365 * 24 * hour;
    expect(jump(tenYears)).to.equal(0);
    for (let second = 1; second <= 3000; second += 1) expect(pass(1000)).to.equal(second * 1000);
    expect(jump(-tenYears)).to.equal(3_000_000);
    expect(jump(tenYears)).to.equal(3_000_000);
    expect(pass(3_000_000)).to.equal(6_000_000);
  });

  it('believes a jump forward that lasts an hour, and a jump back at once', () => {
    const { pass, jump } = makeClocks();
    expect(jump(50 * hour)).to.equal(0);
    expect(pass(hour - 1)).to.equal(hour - 1);
    expect(pass(1)).to.equal(51 * hour);
    expect(jump(-20 * hour)).to.equal(31 * hour);
    expect(pass(hour)).to.equal(32 * hour);
  });
});
