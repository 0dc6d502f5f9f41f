import { expect } from 'chai';
import { loadPlugins } from '../../src/normalize/index.js';
import { clearedPatterns } from '../../src/pattern-check/cleared-patterns.js';
import { createPatternCheck } from '../../src/pattern-check/pattern-check.js';
import { shippedFiles } from '../normalize/support.js';

describe('createPatternCheck()', () => {
  it('refuses a pattern with catastrophic backtracking, and says on what', () => {
    expect(createPatternCheck()('^user (a+)+$', 's')).to.include('it takes exponential time on a text such as ');
  });

  it('clears a linear one', () => expect(createPatternCheck()('^(?:[0-9]a)+$', 's')).to.equal(undefined));
});

describe('clearedPatterns', () => {
  it('has what the shipped plugins need checked, and no more', () => {
    const asked: string[] = [];
    loadPlugins(shippedFiles, (source) => {
      asked.push(source);
      return undefined;
    });
    expect(asked.sort()).to.deep.equal([...clearedPatterns].sort());
  });
});
