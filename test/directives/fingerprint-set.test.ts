import { expect } from 'chai';
import fc from 'fast-check';
import { FingerprintSet } from '../../src/directives/fingerprint-set.js';

const HIGH = 2 ** 32;
/** Few places, many values: most find theirs taken. */
const value = fc.oneof(
  fc.tuple(fc.nat(2000), fc.constantFrom(0, 1, 5)).map(([high, low]) => high * HIGH + low),
  fc.nat(100),
  fc.maxSafeNat(),
);

describe('FingerprintSet', () => {
  it('holds what a Set holds, also where all want the same place', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), value), { maxLength: 400, size: 'max' }), (steps) => {
        const [ours, theirs] = [new FingerprintSet(), new Set<number>()];
        for (const [isAdded, one] of steps) {
          if (!isAdded) {
            ours.delete(one);
            theirs.delete(one);
          } else if (!theirs.has(one)) {
            ours.add(one);
            theirs.add(one);
          }
          expect(ours.has(one)).to.equal(theirs.has(one));
          expect(ours.size).to.equal(theirs.size);
        }
        for (const [, one] of steps) expect(ours.has(one)).to.equal(theirs.has(one));
      }),
    );
  });

  it('does not grow where as many go as come', () => {
    const set = new FingerprintSet();
    const started = performance.now();
    for (let i = 1; i < 500_000; i += 1) {
      set.add(i * 977);
      if (i > 100) set.delete((i - 100) * 977);
    }
    expect(set.size).to.equal(100);
    expect(performance.now() - started).to.be.lessThan(5_000);
  });

  it('is quick where somebody chose all ids to want the same place', () => {
    const set = new FingerprintSet();
    const started = performance.now();
    for (let i = 1; i <= 200_000; i += 1) set.add(i * HIGH + 7);
    for (let i = 1; i <= 200_000; i += 1) expect(set.has(i * HIGH + 7)).to.equal(true);
    expect(performance.now() - started).to.be.lessThan(10_000);
  });
});
