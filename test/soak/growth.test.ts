import { expect } from 'chai';
import { growthOf } from './growth.js';
import type { Sample } from './sample.js';

const mib = 1024 * 1024;
const flat: Sample = { resident: 200 * mib, threads: 20, handles: 40, journal: 8 * mib, outbox: mib, checkpoints: mib };
const grown = (more: Partial<Sample>): string[] =>
  growthOf([flat, flat, flat, { ...flat, ...more }])
    .filter(({ isTooMuch }) => isTooMuch)
    .map(({ what }) => what);

describe('growthOf()', () => {
  it('finds nothing where all stays as it is, or swings a little', () => {
    expect(grown({})).to.deep.equal([]);
    expect(grown({ resident: 230 * mib, handles: 47, outbox: 9 * mib })).to.deep.equal([]);
  });

  const cases: readonly Partial<Sample>[] = [
    { resident: 260 * mib },
    { threads: 21 },
    { handles: 49 },
    { journal: 25 * mib },
    { outbox: 18 * mib },
    { checkpoints: 26 * mib },
  ];
  for (const more of cases) {
    it(`finds that ${Object.keys(more).join()} grew`, () => {
      expect(grown(more)).to.deep.equal(Object.keys(more));
    });
  }
});
