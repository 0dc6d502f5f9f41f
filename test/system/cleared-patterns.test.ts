import { expect } from 'chai';
import { clearedPatterns } from '../../src/pattern-check/cleared-patterns.js';
import { createPatternCheck } from '../../src/pattern-check/pattern-check.js';

describe('recheck', () => {
  const check = createPatternCheck(new Set());
  for (const source of clearedPatterns) {
    it(`clears ${source}`, () => expect(check(source, 's')).to.equal(undefined)).timeout(120_000);
  }
});
