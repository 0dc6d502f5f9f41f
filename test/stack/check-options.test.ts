import { expect } from 'chai';
import { z } from 'zod';
import { checkOptions } from '../../src/stack/check-options.js';

describe('checkOptions()', () => {
  const even = z.number().refine((n) => n % 2 === 0, 'odd; an even number would be right');
  const named = z.object({ name: z.string().refine((name) => name !== '', 'no name') });
  const schema = z.object({ one: z.union([z.string(), even, z.array(z.union([z.string(), even])), named]) });
  const faultsOf = (one: unknown): string[] => {
    const checked = checkOptions(schema, { one }, (path) => path.join('.'));
    return 'faults' in checked ? checked.faults.map(({ where, message }) => `${where}: ${message}`) : [];
  };

  it('takes what is of one of the kinds', () => {
    expect([faultsOf('a'), faultsOf(2), faultsOf([2, 'a']), faultsOf({ name: 'a' })]).to.deep.equal([[], [], [], []]);
  });

  it('says what is wrong with the kind that was meant, and where', () => {
    expect(faultsOf(3)).to.deep.equal(['one: odd; an even number would be right']);
    expect(faultsOf([2, 5])).to.deep.equal(['one.1: odd; an even number would be right']);
    expect(faultsOf({ name: '' })).to.deep.equal(['one.name: no name']);
  });

  it('says only that it is wrong where no kind fits', () => {
    expect(faultsOf(true)).to.deep.equal(['one: Invalid input']);
  });
});
