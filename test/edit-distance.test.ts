import { expect } from 'chai';
import fc from 'fast-check';
import { editDistance } from '../src/edit-distance.js';

describe('editDistance()', () => {
  for (const [a, b, steps] of [
    ['url', 'ulr', 1],
    ['form', 'from', 1],
    ['sub_category', 'subcategory', 1],
    ['sshd', 'ssh', 1],
    ['sshd', 'dsiem', 4],
    ['', 'abc', 3],
  ] as const) {
    it(`is ${steps} from "${a}" to "${b}"`, () => expect(editDistance(a, b)).to.equal(steps));
  }

  it('is the same both ways, 0 for the same word alone, and no more than the longer one has letters', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const steps = editDistance(a, b);
        expect(steps).to.equal(editDistance(b, a));
        expect(steps === 0).to.equal(a === b);
        expect(steps).to.be.within(Math.abs(a.length - b.length), Math.max(a.length, b.length));
      }),
    );
  });
});
