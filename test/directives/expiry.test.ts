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

describe('Engine.tick()', () => {
  it('ends a backlog once opened + timeout + minAlarmLifetime is past, and not before', () => {
    const { engine, recorder } = start([TWO_STAGES], { options: { minAlarmLifetimeMinutes: 1 } });
    engine.event(eventOf(), NOW);
    engine.tick(NOW + 120);
    expect(engine.stats().liveBacklogs).to.equal(1);
    engine.tick(NOW + 121);
    expect(engine.stats().liveBacklogs).to.equal(0);
    expect(statusOf(recorder).at(-1)).to.deep.equal(['finished', 'timeout']);
    expect(recorder.alarms.at(-1)?.update_time).to.equal(NOW);
  });

  it('counts from the first event of the stage', () => {
    const { engine } = start([TWO_STAGES]);
    engine.event(eventOf(), NOW);
    engine.event(eventOf({ pluginSid: 2, time: NOW + 50 }), NOW + 50);
    engine.tick(NOW + 110);
    expect(engine.stats().liveBacklogs).to.equal(1);
    engine.tick(NOW + 111);
    expect(engine.stats().liveBacklogs).to.equal(0);
  });

  it('goes by stack time, and alarms show the wall’s, where the clock was set', () => {
    const { engine, recorder } = start([TWO_STAGES]);
    engine.event(eventOf(), NOW);
    engine.event(eventOf({ pluginSid: 2 }), NOW + 50, NOW + 36_050);
    engine.event(eventOf({ pluginSid: 2 }), NOW + 51, NOW + 36_051);
    expect(statusOf(recorder).at(-1)).to.deep.equal(['finished', 'finished']);
    const { created_time: created, update_time: updated } = recorder.alarms.at(-1) ?? {};
    expect([created, updated]).to.deep.equal([NOW, NOW + 36_051]);
  });

  it('never goes back, and takes no nonsense', () => {
    const { engine, recorder } = start([TWO_STAGES]);
    engine.event(eventOf(), NOW);
    engine.tick(NOW - 500);
    engine.tick(Number.NaN);
    engine.event(eventOf({ pluginSid: 2 }), NOW - 500);
    engine.tick(NOW + 0.9);
    expect(engine.stats()).to.include({ now: NOW, liveBacklogs: 1 });
    expect(recorder.events).to.have.length(2);
  });

  it('is not fooled by the time stamp of an event', () => {
    const { engine } = start([TWO_STAGES]);
    engine.event(eventOf(), NOW);
    engine.event(eventOf({ srcIp: '10.0.0.9', time: NOW + 1_000_000 }), NOW + 1);
    expect(engine.stats().liveBacklogs).to.equal(2);
  });
});
