import { expect } from 'chai';
import type { GivenOptions } from '../../src/directives/index.js';
import { assetsOf, directivesOf, type Recorder, startEngine } from '../support/engine-run.js';
import type { MemoryState } from '../support/memory-state.js';
import { eventOf, wireDirective, wireRule } from '../support/rules.js';

const NOW = 1_000_000;
const { assets } = assetsOf({
  assets: [{ name: 'ten', cidr: '10.0.0.0/8', value: 5 }],
});
const TWO_STAGES = wireDirective(1, [wireRule(1), wireRule(2, { occurrence: 2 })]);

const start = (given: unknown[], more: { options?: GivenOptions; state?: MemoryState } = {}) =>
  startEngine({ directives: directivesOf({ directives: given }), assets, ...more });

const statusOf = (recorder: Recorder): unknown[] =>
  recorder.alarms.map(({ rules }) => rules.map(({ status }) => status ?? ''));

describe('An engine over the state of a former one', () => {
  const changed = wireDirective(1, [wireRule(1), wireRule(2, { occurrence: 9 })]);

  const before = () => {
    const former = start([TWO_STAGES]);
    former.engine.event(eventOf(), NOW);
    former.engine.event(eventOf({ pluginSid: 2 }), NOW);
    return former;
  };

  it('goes on under the rules a backlog began with, and begins new ones under the new', () => {
    const former = before();
    const { engine, recorder, state } = start([changed], { state: former.state.clone() });
    expect(recorder.alarms).to.deep.equal([]);
    engine.event(eventOf({ pluginSid: 2 }), NOW);
    expect(statusOf(recorder)).to.deep.equal([['finished', 'finished']]);
    expect(recorder.alarms[0]?.rules[1]?.['occurrence']).to.equal(2);
    engine.event(eventOf(), NOW);
    engine.event(eventOf({ pluginSid: 2 }), NOW);
    engine.event(eventOf({ pluginSid: 2 }), NOW);
    expect(engine.stats().liveBacklogs).to.equal(1);
    expect(recorder.alarms.at(-1)?.alarm_id).to.not.equal(recorder.alarms[0]?.alarm_id);
    start([changed], { state });
    expect([...state.keys()].filter((key) => key.startsWith('definition:'))).to.have.length(1);
  });

  for (const [what, now] of [
    ['gone', []],
    ['disabled', [{ ...TWO_STAGES, disabled: true }]],
    ['renamed', [{ ...TWO_STAGES, name: 'another' }]],
  ] as const) {
    it(`ends a backlog whose directive is ${what} with a last timeout line`, () => {
      const { engine, recorder } = start([...now], { state: before().state.clone() });
      expect(statusOf(recorder)).to.deep.equal([['finished', 'timeout']]);
      expect(engine.stats().liveBacklogs).to.equal(0);
      expect(recorder.counts.get('directive-gone')).to.equal(1);
    });
  }

  it('drops live backlogs where that was asked, and counts them', () => {
    const { engine, recorder } = start([TWO_STAGES], {
      state: before().state.clone(),
      options: { keepBacklogs: false },
    });
    expect(engine.stats().liveBacklogs).to.equal(0);
    expect(recorder.alarms).to.deep.equal([]);
    expect(recorder.counts.get('dropped-at-start')).to.equal(1);
  });

  it('ends what was due while nothing ran at the first tick', () => {
    const { engine, recorder } = start([TWO_STAGES], { state: before().state.clone() });
    engine.tick(NOW + 1000);
    expect(statusOf(recorder)).to.deep.equal([['finished', 'timeout']]);
  });
});
