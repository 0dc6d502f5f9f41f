import { expect } from 'chai';
import { PatternFault, readParts } from '../../src/normalize/pattern-parts.js';
import { isPlainlyLinear } from '../../src/normalize/plainly-linear.js';

const isLinear = (source: string): boolean => {
  const branches = readParts(source);
  if (branches instanceof PatternFault) throw new Error(branches.message);
  return branches.length === 1 && isPlainlyLinear(branches[0] ?? []);
};

const linear = [
  '^user ([^ ]+) from ([^ ]+)$',
  '^user (.*) from ([^ ]+) port ([0-9]+)(?: ssh2)?$',
  '^(?:a|b)c[0-9]{1,3}x.*$',
  '^x ([0-9]+)[a-z]*$',
];
/** Each is slow on some text, or its reason is not plain. */
const others = [
  '^user (a+)+$',
  '^user (.*) from (.*) port$',
  '^user .*a.*b$',
  '^user [^ ]+[a-z]+x$',
  '^user .*, client: [^ ]+ $',
  '^user (?!x).*$',
  '^(?:[a-z] ?)*x$',
  'user [^ ]+$',
  '^user .{0,500}[a-z]*x$',
];

describe('isPlainlyLinear()', () => {
  for (const source of linear) it(`is true of ${source}`, () => expect(isLinear(source)).to.equal(true));
  for (const source of others) it(`is false of ${source}`, () => expect(isLinear(source)).to.equal(false));

  it('is true only of patterns that are fast on the texts made to slow them', () => {
    for (const source of linear) {
      const regex = new RegExp(source, 's');
      for (const unit of [' from x', 'user a from a port 1', '1', 'a', ' ']) {
        const text = `user ${unit.repeat(200_000 / unit.length)}\u0001`;
        const start = process.cpuUsage();
        regex.test(text);
        const { user } = process.cpuUsage(start);
        expect(user / 1_000, `${source} on ${unit}`).to.be.below(500);
      }
    }
  });
});
