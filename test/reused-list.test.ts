import { expect } from 'chai';
import fc from 'fast-check';
import { ReusedList } from '../src/reused-list.js';

const itemsOf = <T>(list: ReusedList<T>): (T | undefined)[] => Array.from({ length: list.size }, (_, i) => list.at(i));

describe('ReusedList', () => {
  it('holds what was pushed since it was last cleared, and nothing of before', () => {
    const batches = fc.array(fc.array(fc.nat(9), { maxLength: 40 }), { maxLength: 5 });
    fc.assert(
      fc.property(batches, (all) => {
        const list = new ReusedList<number>();
        for (const batch of all) {
          list.clear();
          for (const item of batch) list.push(item);
          expect(itemsOf(list)).to.deep.equal(batch);
          expect(list.at(batch.length)).to.equal(undefined);
          for (let item = 0; item < 10; item += 1) expect(list.has(item)).to.equal(batch.includes(item));
        }
      }),
    );
  });

  it('sorts as an array does, equal items in their order', () => {
    const pairs = fc.array(fc.tuple(fc.nat(5), fc.nat(99)), { maxLength: 40 });
    const byFirst = (left: [number, number], right: [number, number]): number => left[0] - right[0];
    fc.assert(
      fc.property(pairs, pairs, (before, items) => {
        const list = new ReusedList<[number, number]>();
        for (const item of before) list.push(item);
        list.clear();
        for (const item of items) list.push(item);
        list.sort(byFirst);
        expect(itemsOf(list)).to.deep.equal([...items].sort(byFirst));
      }),
    );
  });
});
