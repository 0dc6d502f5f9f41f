import { expect } from 'chai';
import { messageOf } from '../src/fault.js';

describe('messageOf()', () => {
  const angry = {
    toString: () => {
      throw new Error('no');
    },
  };
  const cases: readonly (readonly [unknown, string])[] = [
    [new Error('broken'), 'broken'],
    ['text', 'text'],
    [null, 'null'],
    [Object.create(null), 'object without a text'],
    [angry, 'object without a text'],
    [Object.assign(new Error('x'), { message: angry }), 'object without a text'],
  ];
  for (const [index, [thrown, text]] of cases.entries()) {
    it(`has a text for whatever is thrown (${index}: ${text})`, () => expect(messageOf(thrown)).to.equal(text));
  }
});
