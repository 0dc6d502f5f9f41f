import { expect } from 'chai';
import type { Backlog, GivenOptions } from '../../src/directives/index.js';
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
