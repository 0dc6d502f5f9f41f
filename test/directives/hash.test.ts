import { expect } from 'chai';
import { fingerprint, hashText } from '../../src/directives/hash.js';

describe('fingerprint()', () => {
  it('tells 500,000 ids that differ in little apart', () => {
    const seen = new Set<number>();
    for (let i = 0; i < 250_000; i += 1) {
      seen.add(fingerprint(`e${i}`));
      seen.add(fingerprint(`${i.toString(16).padStart(8, '0')}-0000-4000-8000-0123456789ab`));
    }
    expect(seen.size).to.equal(500_000);
  });

  it('is a safe integer, spread over its whole range', () => {
    const sixteenths = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i += 1) {
      const value = fingerprint(`event ${i}`);
      expect(Number.isSafeInteger(value) && value >= 0).to.equal(true);
      sixteenths[Math.floor(value / 2 ** 49)]! += 1;
    }
    for (const count of sixteenths) expect(count).to.be.within(850, 1150);
  });
});

describe('hashText()', () => {
  it('is eleven characters of base64url, and the same for ever', () => {
    expect(hashText('1\n1\ne0000')).to.match(/^[A-Za-z0-9_-]{11}$/);
    expect(hashText('')).to.equal(hashText(''));
    expect(hashText('a')).to.not.equal(hashText('b'));
    expect(['', 'a', '1\n1\ne0000', 'ü€'].map(hashText)).to.deep.equal([
      'qimkBOeO14C',
      'PDnB06z5FOI',
      '_ly2NtnKL3B',
      'Hfzx85OnTyD',
    ]);
  });
});
