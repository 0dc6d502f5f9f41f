import { expect } from 'chai';
import { type Backlog, DEFAULT_OPTIONS, type GivenOptions, optionFaults } from '../../src/directives/index.js';
import { assetsOf, directivesOf, Recorder, startEngine } from '../support/engine-run.js';
import type { MemoryState } from '../support/memory-state.js';
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

const start = (given: unknown[], more: { options?: GivenOptions; state?: MemoryState; recorder?: Recorder } = {}) =>
  startEngine({ directives: directivesOf({ directives: given }), assets, ...more });

const statusOf = (recorder: Recorder): unknown[] =>
  recorder.alarms.map(({ rules }) => rules.map(({ status }) => status ?? ''));

describe('Engine.event()', () => {
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

describe('Engine limits', () => {
  it('end the oldest backlog of the directive, or of all, with a timeout', () => {
    const limits = { backlogs: 3, backlogsPerDirective: 2 };
    const other = wireDirective(2, [wireRule(1, { plugin_sid: [9] }), wireRule(2)]);
    const { engine, recorder } = start([TWO_STAGES, other], { options: { limits } });
    for (const srcIp of ['10.0.0.2', '10.0.0.3', '10.0.0.4']) engine.event(eventOf({ srcIp }), NOW);
    engine.event(eventOf({ srcIp: '10.0.0.5', pluginSid: 9 }), NOW);
    engine.event(eventOf({ srcIp: '10.0.0.6', pluginSid: 9 }), NOW);
    expect(engine.stats().liveBacklogs).to.equal(3);
    const ended = recorder.alarms.filter((_, i) => recorder.causes[i] === 'timeout');
    expect(ended.map(({ src_ips }) => src_ips)).to.deep.equal([['10.0.0.2'], ['10.0.0.3']]);
    expect(recorder.counts.get('limit-backlogs-per-directive')).to.equal(1);
    expect(recorder.counts.get('limit-backlogs')).to.equal(1);
  });

  it('bound what one backlog lists, while further events count', () => {
    const limits = { addresses: 3, customData: 2, idsPerStage: 4, sticky: 2 };
    const rules = [wireRule(1), wireRule(2, { from: 'ANY', occurrence: 50, sticky_different: 'DST_IP' })];
    const { engine, recorder, state } = start([wireDirective(1, rules)], { options: { limits } });
    engine.event(eventOf(), NOW);
    for (let i = 0; i < 20; i += 1) {
      engine.event(eventOf({ pluginSid: 2, srcIp: `10.0.1.${i}`, dstIp: `10.0.2.${i}`, customData1: `u${i}` }), NOW);
    }
    const backlog = state.get<Backlog>('backlog:1:1')!;
    expect(backlog.count).to.equal(20);
    expect([backlog.srcIps, backlog.dstIps, backlog.custom, backlog.sticky].map((list) => list?.length)).to.deep.equal([
      3, 3, 2, 2,
    ]);
    expect(backlog.ids.length).to.equal(5);
    expect(recorder.counts.get('limit-addresses')).to.equal(36);
    expect(recorder.counts.get('limit-custom-data')).to.equal(18);
    expect(recorder.counts.get('limit-sticky')).to.equal(18);
    expect(recorder.counts.get('limit-ids')).to.equal(16);
  });

  it('bound the ids remembered in all', () => {
    const { engine, recorder } = start([TWO_STAGES], { options: { limits: { ids: 2 } } });
    const third = eventOf({ srcIp: '10.0.0.4' });
    for (const srcIp of ['10.0.0.2', '10.0.0.3']) engine.event(eventOf({ srcIp }), NOW);
    engine.event(third, NOW);
    engine.event(third, NOW);
    expect(recorder.counts.get('limit-ids')).to.equal(2);
    expect(engine.stats().liveBacklogs).to.equal(4);
  });

  it('hold long lists as well as short ones', () => {
    const rules = [wireRule(1), wireRule(2, { occurrence: 3_000 })];
    const { engine, state } = start([wireDirective(1, rules)]);
    engine.event(eventOf(), NOW);
    for (let i = 0; i < 2_000; i += 1) engine.event(eventOf({ pluginSid: 2, dstIp: `10.0.${i % 5}.${i % 250}` }), NOW);
    expect(state.get<Backlog>('backlog:1:1')!.dstIps.length).to.equal(251);
  });
});

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
