import { expect } from 'chai';
import type { GivenOptions } from '../../src/directives/index.js';
import { assetsOf, directivesOf, startEngine } from '../support/engine-run.js';
import type { MemoryState } from '../support/memory-state.js';
import { eventOf, wireDirective, wireRule } from '../support/rules.js';

const NOW = 1_000_000;
const { assets } = assetsOf({
  assets: [{ name: 'ten', cidr: '10.0.0.0/8', value: 5 }],
});
const TWO_STAGES = wireDirective(1, [wireRule(1), wireRule(2, { occurrence: 2 })]);

const start = (given: unknown[], more: { options?: GivenOptions; state?: MemoryState } = {}) =>
  startEngine({ directives: directivesOf({ directives: given }), assets, ...more });

describe('Engine.addLookupResults()', () => {
  const options = { lookups: { intel: true, vulnerabilities: true }, endedSeconds: 60 };
  const hit = (term: string) => ({ provider: 'Wise', term, result: 'bad: yes' });

  it('asks for each address and service once, after a stage change', () => {
    const { engine, recorder } = start([TWO_STAGES], { options });
    engine.event(eventOf(), NOW);
    engine.event(eventOf({ pluginSid: 2, dstPort: 0 }), NOW);
    engine.event(eventOf({ pluginSid: 2, dstIp: '9.9.9.9', srcPort: 0 }), NOW);
    expect(recorder.questions.map(({ addresses, services }) => [addresses, services])).to.deep.equal([
      [
        ['10.0.0.1', '8.8.8.8'],
        [
          { address: '10.0.0.1', port: 1024 },
          { address: '8.8.8.8', port: 80 },
        ],
      ],
      [['9.9.9.9'], [{ address: '9.9.9.9', port: 80 }]],
    ]);
  });

  it('merges what is new into one more line, also after the end, and loses nothing', () => {
    const { engine, recorder } = start([TWO_STAGES], { options });
    engine.event(eventOf(), NOW);
    const alarmId = recorder.events[0]!.alarm_id;
    engine.addLookupResults({ alarmId, intel: [hit('10.0.0.1'), hit('10.0.0.1')] });
    engine.addLookupResults({ alarmId, intel: [hit('10.0.0.1')] });
    engine.tick(NOW + 61);
    engine.addLookupResults({ alarmId, vulnerabilities: [hit('8.8.8.8 80')] });
    expect(recorder.causes).to.deep.equal(['stage', 'lookup', 'timeout', 'lookup']);
    expect(recorder.alarms.at(-1)).to.deep.include({
      intel_hits: [hit('10.0.0.1')],
      vulnerabilities: [hit('8.8.8.8 80')],
      update_time: NOW,
    });
    expect(Object.keys(recorder.alarms.at(-1)!).slice(-2)).to.deep.equal(['intel_hits', 'vulnerabilities']);
  });

  it('asks again for what a source failed on', () => {
    const { engine, recorder } = start([TWO_STAGES], { options });
    engine.event(eventOf(), NOW);
    engine.addLookupResults({ alarmId: recorder.events[0]!.alarm_id, failed: ['8.8.8.8'] });
    for (let i = 0; i < 2; i += 1) engine.event(eventOf({ pluginSid: 2 }), NOW);
    expect(recorder.questions[1]?.addresses).to.deep.equal(['8.8.8.8']);
    expect(recorder.causes).to.not.include('lookup');
  });

  it('counts answers that come too late', () => {
    const { engine, recorder, state } = start([TWO_STAGES], { options });
    engine.event(eventOf(), NOW);
    engine.tick(NOW + 61);
    engine.tick(NOW + 122);
    engine.addLookupResults({ alarmId: recorder.events[0]!.alarm_id, intel: [hit('10.0.0.1')] });
    expect(recorder.counts.get('lookup-too-late')).to.equal(1);
    expect([...state.keys()].filter((key) => key.startsWith('backlog:'))).to.deep.equal([]);
  });

  it('takes answers after a restart, too', () => {
    const former = start([TWO_STAGES], { options });
    former.engine.event(eventOf(), NOW);
    former.engine.tick(NOW + 61);
    const alarmId = former.recorder.events[0]!.alarm_id;
    const { engine, recorder } = start([TWO_STAGES], { options, state: former.state.clone() });
    engine.addLookupResults({ alarmId, intel: [hit('10.0.0.1')] });
    expect(recorder.causes).to.deep.equal(['lookup']);
  });

  it('keeps no more ended alarms than the limit', () => {
    const { engine, recorder, state } = start([TWO_STAGES], { options: { ...options, limits: { ended: 2 } } });
    for (let i = 0; i < 5; i += 1) engine.event(eventOf({ srcIp: `10.0.1.${i}` }), NOW);
    engine.tick(NOW + 61);
    expect(recorder.counts.get('limit-ended')).to.equal(3);
    expect([...state.keys()].filter((key) => key.startsWith('backlog:'))).to.have.length(2);
  });
});
