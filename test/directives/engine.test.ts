import { expect } from 'chai';
import { assetsOf, directivesOf, startEngine } from '../support/engine-run.js';
import { eventOf, wireDirective, wireRule } from '../support/rules.js';

const NOW = 1_000_000;
const { assets } = assetsOf({
  assets: [
    { name: 'gateway', cidr: '10.0.0.1/32', value: 3 },
    { name: 'ten', cidr: '10.0.0.0/8', value: 5 },
    { name: 'scanner', cidr: '10.9.9.9/32', value: 5, whitelisted: true },
  ],
});

const TWO_STAGES = wireDirective(1, [wireRule(1), wireRule(2, { occurrence: 2 })]);

const start = (given: unknown[]) => startEngine({ directives: directivesOf({ directives: given }), assets });

describe('Engine.event()', () => {
  it('goes on with events of before 1970, too', () => {
    const { engine, recorder } = start([TWO_STAGES]);
    const time = Date.UTC(1969, 0) / 1000;
    for (const pluginSid of [1, 2, 2]) engine.event(eventOf({ time, pluginSid }), NOW);
    expect(recorder.events.map(({ stage }) => stage)).to.deep.equal([1, 2, 2]);
    expect(recorder.alarms.at(-1)?.rules[1]).to.include({ status: 'finished', end_time: time });
  });

  it('writes alarm lines with the keys of dsiem.md §6, in that order', () => {
    const rules = [
      wireRule(1, { custom_label1: 'user', sticky_different: 'DST_IP' }),
      wireRule(2, { port_to: ':1', protocol: ':1', custom_data1: ':1' }),
    ];
    const { engine, recorder } = start([wireDirective(1, rules, { name: 'From SRC_IP to DST_IP' })]);
    engine.event(eventOf({ id: 'a', customData1: 'root', customLabel1: 'user' }), NOW);
    expect(recorder.bytes).to.equal(
      `${JSON.stringify({ alarm_id: recorder.events[0]?.alarm_id, stage: 1, event_id: 'a' })}\n""\n${JSON.stringify({
        alarm_id: recorder.events[0]?.alarm_id,
        title: 'From gateway to 8.8.8.8',
        status: 'Open',
        kingdom: 'K',
        category: 'C',
        created_time: NOW,
        update_time: NOW,
        risk: 5,
        risk_class: 'Medium',
        tag: 'Identified Threat',
        src_ips: ['10.0.0.1'],
        dst_ips: ['8.8.8.8'],
        networks: ['10.0.0.0/8'],
        rules: [
          {
            name: 'rule 1',
            stage: 1,
            type: 'PluginRule',
            plugin_id: 1001,
            plugin_sid: [1],
            occurrence: 1,
            from: 'ANY',
            to: 'ANY',
            port_from: 'ANY',
            port_to: 'ANY',
            protocol: 'ANY',
            reliability: 5,
            timeout: 0,
            sticky_different: 'DST_IP',
            custom_label1: 'user',
            start_time: NOW,
            end_time: NOW,
            status: 'finished',
          },
          {
            name: 'rule 2',
            stage: 2,
            type: 'PluginRule',
            plugin_id: 1001,
            plugin_sid: [2],
            occurrence: 1,
            from: '10.0.0.1',
            to: 'ANY',
            port_from: 'ANY',
            port_to: '80',
            protocol: 'TCP',
            reliability: 5,
            timeout: 60,
            custom_data1: 'root',
            start_time: NOW,
          },
        ],
        custom_data: [{ label: 'user', content: 'root' }],
      })}`,
    );
  });

  it('gives the same alarm ids for the same input, and different ones to different backlogs', () => {
    const ids = [1, 2].map(() => {
      const { engine, recorder } = start([TWO_STAGES, { ...TWO_STAGES, id: 2 }]);
      for (let i = 0; i < 50; i += 1) engine.event(eventOf({ id: `e${i}`, srcIp: `10.0.1.${i}` }), NOW);
      return recorder.events.map(({ alarm_id }) => alarm_id);
    });
    expect(ids[0]).to.deep.equal(ids[1]);
    expect(new Set(ids[0]).size).to.equal(100);
    for (const id of ids[0]!) expect(id).to.match(/^[A-Za-z0-9_-]{9,}$/);
  });

  it('counts what leaves no trace', () => {
    const { engine, recorder } = start([TWO_STAGES]);
    engine.event(eventOf({ srcIp: '10.9.9.9' }), NOW);
    engine.event(eventOf({ pluginSid: 99 }), NOW);
    const first = eventOf();
    engine.event(first, NOW);
    engine.event(first, NOW);
    engine.event(eventOf({ pluginSid: 2, time: NOW - 6 }), NOW);
    expect(Object.fromEntries(recorder.counts)).to.deep.equal({
      whitelisted: 1,
      unmatched: 1,
      repeated: 1,
      'out-of-order': 1,
    });
  });

  it('offers an event that is too late for the current stage to earlier stages that stay active', () => {
    const rules = [wireRule(1), wireRule(2, { timeout: 10 })];
    const both = [1, 2].map((id) => wireDirective(id, rules, { all_rules_always_active: true }));
    const { engine, recorder } = start(both);
    engine.event(eventOf(), NOW);
    engine.event(eventOf({ time: NOW + 1000 }), NOW);
    expect(recorder.events.map(({ stage }) => stage)).to.deep.equal([1, 1, 1, 1]);
    expect(recorder.causes).to.deep.equal(['stage', 'stage', 'always-active', 'always-active']);
    expect(engine.stats().liveBacklogs).to.equal(2);
  });

  it('finds a backlog by the values of several earlier stages at once', () => {
    const rules = [
      wireRule(1),
      wireRule(2, { from: 'ANY', to: ':1', port_from: ':1' }),
      wireRule(3, { from: ':2', to: ':1', port_to: ':2', custom_data1: ':2' }),
    ];
    const { engine, recorder } = start([wireDirective(1, rules)]);
    engine.event(eventOf(), NOW);
    engine.event(eventOf({ pluginSid: 2, srcIp: '10.0.0.7', dstPort: 22, customData1: 'x' }), NOW);
    engine.event(eventOf({ pluginSid: 3, srcIp: '10.0.0.7', dstPort: 80, customData1: 'x' }), NOW);
    engine.event(eventOf({ pluginSid: 3, srcIp: '10.0.0.7', dstPort: 22, customData1: 'X' }), NOW);
    engine.event(eventOf({ pluginSid: 3, srcIp: '10.0.0.7', dstPort: 22, customData1: 'x' }), NOW);
    expect(recorder.events.map(({ stage }) => stage)).to.deep.equal([1, 2, 3]);
  });

  it('touches only the state of the backlog that changes', () => {
    const { engine, state } = start([TWO_STAGES]);
    for (let i = 0; i < 100; i += 1) engine.event(eventOf({ srcIp: `10.0.1.${i}` }), NOW);
    state.changed.clear();
    engine.event(eventOf({ srcIp: '10.0.1.7', pluginSid: 2 }), NOW);
    expect([...state.changed]).to.deep.equal(['backlog:1:8']);
  });
});
