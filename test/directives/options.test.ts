import { expect } from 'chai';
import { DEFAULT_OPTIONS, type GivenOptions, optionFaults } from '../../src/directives/index.js';
import { assetsOf, directivesOf, startEngine } from '../support/engine-run.js';
import type { MemoryState } from '../support/memory-state.js';
import { wireDirective, wireRule } from '../support/rules.js';

const { assets } = assetsOf({
  assets: [{ name: 'ten', cidr: '10.0.0.0/8', value: 5 }],
});
const TWO_STAGES = wireDirective(1, [wireRule(1), wireRule(2, { occurrence: 2 })]);

const start = (given: unknown[], more: { options?: GivenOptions; state?: MemoryState } = {}) =>
  startEngine({ directives: directivesOf({ directives: given }), assets, ...more });

describe('createEngine()', () => {
  it('refuses options that are not right, naming all of them', () => {
    const options = { medRiskMin: 1, medRiskMax: 9, statuses: [], oorGraceSeconds: -1 };
    expect(() => start([TWO_STAGES], { options })).to.throw(
      'the directive engine cannot start: medRiskMin 1 and medRiskMax 9, 2 ≤ medRiskMin < medRiskMax ≤ 9 would be right; ' +
        'oorGraceSeconds is -1, a number from 0 on would be right; statuses is empty, a list with at least one text would be right',
    );
    expect(optionFaults(DEFAULT_OPTIONS)).to.deep.equal([]);
  });
});
