import { expect } from 'chai';
import { parseGlob } from '../../src/tail-file/glob.js';

/** Whether the pattern, one segment, matches the name. */
const matches = (pattern: string, name: string): boolean =>
  parseGlob(pattern).some(([segment]) =>
    segment?.kind === 'wildcard' ? segment.matches(name) : segment?.kind === 'text' && segment.text === name,
  );

describe('parseGlob()', () => {
  const table: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['*.log', ['a.log', 'a.b.log'], ['.log', '.a.log', 'a.logx', 'a.log.1']],
    ['.*.log', ['.a.log'], ['a.log']],
    ['a?c', ['abc', 'a€c', 'a𝄞c'], ['ac', 'abbc']],
    ['a*b*c', ['abc', 'axxbxxc', 'abcbc'], ['abcx', 'acb']],
    ['[a-c]x', ['ax', 'cx'], ['dx', 'x', '-x']],
    ['[!a-c]x', ['dx'], ['ax']],
    ['[]a]x', [']x', 'ax'], ['bx']],
    ['[a-]x', ['-x', 'ax'], ['bx']],
    ['{auth,sys}log*', ['authlog', 'syslog.1'], ['log']],
    ['{a,b{c,d}}.log', ['a.log', 'bc.log', 'bd.log'], ['b.log', 'c.log']],
    ['a{,.1}', ['a', 'a.1'], ['a.2']],
    ['a\\*', ['a*'], ['ab', 'a\\*']],
    ['a.c', ['a.c'], ['abc']],
  ];
  for (const [pattern, yes, no] of table) {
    it(`reads ${pattern}`, () => {
      expect(yes.filter((name) => !matches(pattern, name))).to.deep.equal([]);
      expect(no.filter((name) => matches(pattern, name))).to.deep.equal([]);
    });
  }

  it('takes no longer for names made to be slow', () => {
    const started = performance.now();
    expect(matches(`${'a*'.repeat(60)}b`, 'a'.repeat(255))).to.equal(false);
    expect(performance.now() - started).to.be.lessThan(1000);
  });

  it('refuses what does not close and what has too many alternatives', () => {
    for (const pattern of ['{a', 'a}', '[a', '[]', '{1,2}'.repeat(9)]) {
      expect(() => parseGlob(pattern), pattern).to.throw(RangeError);
    }
  });
});
