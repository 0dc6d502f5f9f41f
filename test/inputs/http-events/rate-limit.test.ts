import { expect } from 'chai';
import { RateLimit, type RateLimits } from '../../../src/inputs/http-events/rate-limit.js';

const limits: RateLimits = { minEps: 100, maxEps: 1100, maxDelaySeconds: 180, holdSeconds: 10 };
const seconds = (n: number): number => n * 1000;

describe('RateLimit', () => {
  it('starts midway and goes up by a hundredth of the range every 5 s, to the highest', () => {
    const limit = new RateLimit(limits, 0);
    expect(limit.rate).to.equal(600);
    limit.observe(0, seconds(4.9));
    expect(limit.rate).to.equal(600);
    limit.observe(0, seconds(5));
    expect(limit.rate).to.equal(610);
    limit.observe(0, seconds(5 * 49));
    expect(limit.rate).to.equal(1090);
    limit.observe(0, seconds(5 * 1000));
    expect(limit.rate).to.equal(1100);
  });

  it('goes down by a tenth of the range every 5 s under overload, to the lowest', () => {
    const limit = new RateLimit(limits, 0);
    for (let at = 1; at <= 5; at += 1) limit.observe(181, seconds(at));
    expect(limit.rate).to.equal(500);
    for (let at = 6; at <= 60; at += 1) limit.observe(181, seconds(at));
    expect(limit.rate).to.equal(100);
  });

  it('holds overload for so long after the delay was last too long', () => {
    const limit = new RateLimit(limits, 0);
    limit.observe(180, 0);
    expect(limit.overloaded(0), 'not over it').to.equal(false);
    limit.observe(181, seconds(1));
    limit.observe(0, seconds(2));
    expect(limit.overloaded(seconds(10.9))).to.equal(true);
    expect(limit.overloaded(seconds(11))).to.equal(false);
  });

  it('sees no overload where the delay has no limit', () => {
    const limit = new RateLimit({ ...limits, maxDelaySeconds: 0 }, 0);
    limit.observe(100_000, seconds(1));
    expect(limit.overloaded(seconds(1))).to.equal(false);
  });

  it('lets in what the rate allows, over time', () => {
    const limit = new RateLimit({ ...limits, minEps: 10, maxEps: 10 }, 0);
    let taken = 0;
    for (let at = 0; at <= seconds(10); at += 10) {
      if (!limit.allows(at)) continue;
      limit.charge(1);
      taken += 1;
    }
    expect(taken).to.be.within(109, 111);
  });

  it('lets a batch larger than the rate in, and no other until that is made up for', () => {
    const limit = new RateLimit({ ...limits, minEps: 10, maxEps: 10 }, 0);
    expect(limit.allows(0)).to.equal(true);
    limit.charge(100);
    expect(limit.allows(seconds(9))).to.equal(false);
    expect(limit.allows(seconds(9.2))).to.equal(true);
  });

  it('lets everything in where there is no limit', () => {
    const limit = new RateLimit({ ...limits, minEps: 0, maxEps: 0 }, 0);
    limit.charge(1e9);
    expect(limit.allows(0)).to.equal(true);
    expect(limit.rate).to.equal(0);
  });
});
