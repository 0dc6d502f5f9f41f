import { expect } from 'chai';
import { ThrottledWarning } from '../../src/inputs/throttled-warning.js';
import { CollectingLog } from '../contracts/input.js';

describe('ThrottledWarning', () => {
  it('shows one warning an interval and says how many it held back', () => {
    const log = new CollectingLog();
    const warning = new ThrottledWarning(log, 1000);
    for (const now of [5, 6, 1004, 1005, 1006, 2005]) warning.warn(`at ${now}`, now);
    expect(log.lines).to.deep.equal([
      'warn at 5',
      'warn at 1005 (and 2 more of the kind before)',
      'warn at 2005 (and 1 more of the kind before)',
    ]);
  });

  it('says whether a warning would be shown', () => {
    const warning = new ThrottledWarning(new CollectingLog(), 1000);
    expect(warning.due(0)).to.equal(true);
    warning.warn('', 0);
    expect(warning.due(999)).to.equal(false);
    expect(warning.due(1000)).to.equal(true);
  });
});
