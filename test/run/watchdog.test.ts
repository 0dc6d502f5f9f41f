import { expect } from 'chai';
import type { Pulse } from '../../src/frontend/at-work.js';
import { Watchdog } from '../../src/run/watchdog.js';

describe('Watchdog', () => {
  const setUp = () => {
    let now = 0;
    let pulse: Pulse = { seq: 1, working: { kind: 'core' }, beats: 1 };
    const hung: Pulse[] = [];
    const watchdog = new Watchdog({
      look: () => pulse,
      limitMs: 10_000,
      hangs: (seen) => hung.push(seen),
      now: () => now,
    });
    after(() => watchdog.stop());
    const pass = (ms: number, change: Partial<Pulse> = {}): void => {
      now += ms;
      pulse = { ...pulse, ...change };
      watchdog.look();
    };
    return { hung, pass };
  };

  it('finds what stands for the limit, and tells of it once', () => {
    const { hung, pass } = setUp();
    pass(500);
    for (let n = 0; n < 19; n += 1) pass(500);
    expect(hung).to.deep.equal([]);
    pass(500);
    expect(hung).to.deep.equal([{ seq: 1, working: { kind: 'core' }, beats: 1 }]);
  });

  it('begins anew with every beat, also at the same entry', () => {
    const { hung, pass } = setUp();
    for (let n = 0; n < 100; n += 1) pass(500, n % 10 === 0 ? { beats: n } : {});
    expect(hung).to.deep.equal([]);
  });

  it('does not take for standing what has nothing to do', () => {
    const { hung, pass } = setUp();
    for (let n = 0; n < 100; n += 1) pass(500, { working: { kind: 'idle' } });
    expect(hung).to.deep.equal([]);
  });

  it('does not count the time in which nobody looked: the machine slept, or the process was stopped', () => {
    const { hung, pass } = setUp();
    pass(500);
    for (let n = 0; n < 9; n += 1) pass(3_600_000);
    expect(hung).to.deep.equal([]);
  });
});
