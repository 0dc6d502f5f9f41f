import { expect } from 'chai';
import { RecentIds } from '../../../src/inputs/http-events/recent-ids.js';

describe('RecentIds', () => {
  it('knows the last so many ids, and no older ones', () => {
    const ids = new RecentIds(3);
    for (const id of ['a', 'b', 'c', 'd']) expect(ids.add(id), id).to.equal(true);
    for (const id of ['b', 'c', 'd']) expect(ids.add(id), id).to.equal(false);
    expect(ids.add('a')).to.equal(true);
  });

  it('takes a forgotten id again, and then keeps it as long as any other', () => {
    const ids = new RecentIds(3);
    ids.add('a');
    ids.forget('a');
    expect(ids.add('a')).to.equal(true);
    ids.add('b');
    expect(ids.add('a'), 'the slot of the forgotten one has been reused').to.equal(false);
    ids.add('c');
    expect(ids.add('a')).to.equal(false);
    ids.add('d');
    expect(ids.add('a')).to.equal(true);
  });

  it('tells long ids apart although it keeps only their digests', () => {
    const ids = new RecentIds(3);
    const long = 'x'.repeat(1000);
    expect(ids.add(`${long}1`)).to.equal(true);
    expect(ids.add(`${long}2`)).to.equal(true);
    expect(ids.add(`${long}1`)).to.equal(false);
  });

  it('is not led astray by names of object properties', () => {
    const ids = new RecentIds(3);
    for (const id of ['__proto__', 'constructor', '']) {
      expect(ids.add(id)).to.equal(true);
      expect(ids.add(id)).to.equal(false);
    }
  });
});
