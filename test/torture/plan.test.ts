import { expect } from 'chai';
import { killPointNames } from '../../src/kill-point.js';
import { planRounds } from './plan.js';

describe('planRounds()', () => {
  it('gives the same rounds for the same seed, and others for another', () => {
    const plan = planRounds({ seed: 7, kills: 40, points: false });
    expect(planRounds({ seed: 7, kills: 40, points: false })).to.deep.equal(plan);
    expect(planRounds({ seed: 8, kills: 40, points: false })).to.not.deep.equal(plan);
  });

  it('has every kind of end and of change in a long run', () => {
    const plan = planRounds({ seed: 1, kills: 200, points: false });
    expect(new Set(plan.map(({ kill }) => kill.kind))).to.deep.equal(new Set(['running', 'starting', 'stopping']));
    expect(plan.some(({ change }) => change === 'before')).to.equal(true);
    expect(plan.some(({ change }) => typeof change === 'object')).to.equal(true);
    expect(plan.some(({ rotateOutputsAfterMs }) => rotateOutputsAfterMs !== undefined)).to.equal(true);
  });

  it('goes through all named points, one a round', () => {
    const plan = planRounds({ seed: 1, kills: killPointNames.length, points: true });
    expect(plan.map(({ kill }) => (kill.kind === 'point' ? kill.name : ''))).to.deep.equal([...killPointNames]);
  });
});
