import { expect } from 'chai';
import { ResultCache } from '../../src/lookups/result-cache.js';

describe('ResultCache', () => {
  it('gives what is not older than asked for, "nothing" too', () => {
    const cache = new ResultCache({ entries: 10, characters: 1000 });
    cache.put('a', ['x'], 100);
    cache.put('b', [], 100);
    expect([cache.get('a', 100), cache.get('b', 0), cache.get('a', 101), cache.get('c', 0)]).to.deep.equal([
      ['x'],
      [],
      undefined,
      undefined,
    ]);
  });

  it('forgets what was used least recently', () => {
    const cache = new ResultCache({ entries: 2, characters: 1000 });
    cache.put('a', ['x'], 0);
    cache.put('b', ['x'], 0);
    cache.get('a', 0);
    cache.put('c', ['x'], 0);
    expect([cache.get('a', 0), cache.get('b', 0), cache.get('c', 0)]).to.deep.equal([['x'], undefined, ['x']]);
  });

  it('is bounded in characters, too, and counts a value put anew once', () => {
    const cache = new ResultCache({ entries: 100, characters: 100 });
    for (let i = 0; i < 50; i += 1) cache.put('a', ['x'.repeat(60)], i);
    cache.put('b', ['y'.repeat(30)], 0);
    expect(cache.size).to.equal(2);
    cache.put('c', ['z'.repeat(30)], 0);
    expect([cache.get('a', 0), cache.size]).to.deep.equal([undefined, 2]);
    cache.put('d', ['x'.repeat(1000)], 0);
    expect(cache.size).to.equal(0);
  });
});
