import { expect } from 'chai';
import { ReceiptClock } from '../../src/run/receipt-clock.js';

const second = 1000;
const hour = 3600 * second;
const begin = Date.UTC(2026, 10, 21);

/** Clocks that pass time together, of which the wall's is set. */
const makeClocks = (lastKnown = 0) => {
  const times = { wall: begin, running: 5000 };
  const jumps: [byMs: number, now: number][] = [];
  const clock = new ReceiptClock({
    lastKnown,
    jumped: (byMs, now) => void jumps.push([byMs, now - begin]),
    clocks: { wall: () => times.wall, running: () => times.running },
  });
  const pass = (ms: number): void => {
    times.wall += ms;
    times.running += ms;
  };
  const set = (ms: number): void => {
    times.wall += ms;
  };
  return { clock, jumps, pass, set, of: (ms: number): number => clock.of(begin + ms) - begin };
};

describe('ReceiptClock', () => {
  it('is the clock on the wall, corrections of less than a minute, pauses and sleep included', () => {
    const { clock, jumps, pass, set } = makeClocks();
    pass(second);
    set(-59 * second);
    clock.look();
    set(59 * second);
    pass(24 * hour);
    expect(clock.look() - begin).to.equal(24 * hour + second);
    expect(jumps).to.deep.equal([]);
  });

  it('tells of a jump either way at the next look, once', () => {
    const { clock, jumps, pass, set } = makeClocks();
    for (const by of [10 * hour, -20 * hour]) {
      set(by);
      pass(second);
      clock.look();
      pass(second);
      clock.look();
    }
    expect(jumps).to.deep.equal([
      [10 * hour, 10 * hour + second],
      [-20 * hour, -10 * hour + 3 * second],
    ]);
    expect(clock.jumps).to.equal(2);
  });

  it('tells of a jump forward before it gives out the first stamp from behind it', () => {
    const { jumps, pass, set, of } = makeClocks();
    expect(of(500)).to.equal(500);
    set(hour);
    pass(second);
    expect(jumps).to.deep.equal([]);
    expect(of(hour + second)).to.equal(hour + second);
    expect(jumps).to.deep.equal([[hour, hour + second]]);
    expect(of(hour + second)).to.equal(hour + second);
    expect(jumps).to.have.length(1);
  });

  it('gives stamps from before a jump back as of now: they would be of the future', () => {
    const { clock, jumps, pass, set, of } = makeClocks();
    pass(second);
    set(-hour);
    clock.look();
    expect(jumps).to.deep.equal([[-hour, second - hour]]);
    expect(of(second)).to.equal(second - hour);
    expect(of(second - hour)).to.equal(second - hour);
    expect(of(-5 * hour)).to.equal(-5 * hour);
  });

  it('does not take a busy second for a jump', () => {
    const { jumps, pass, of } = makeClocks();
    pass(30 * second);
    expect(of(30 * second)).to.equal(30 * second);
    expect(of(10)).to.equal(10);
    expect(jumps).to.deep.equal([]);
  });

  it('tells of a clock that went back while nothing ran, and takes one that went forward for time that passed', () => {
    expect(makeClocks(begin + hour).jumps).to.deep.equal([[-hour, 0]]);
    expect(makeClocks(begin - hour).jumps).to.deep.equal([]);
    expect(makeClocks(begin + second).jumps).to.deep.equal([]);
  });
});
