import { expect } from 'chai';
import type { NormalizedEvent } from '../../src/directives/index.js';
import { listMatches, splitList } from '../../src/directives/lists.js';
import { assetsOf, directivesOf, startEngine } from '../support/engine-run.js';
import { eventOf, wireDirective, wireRule } from '../support/rules.js';

const { assets } = assetsOf({
  assets: [
    { name: 'ten', cidr: '10.0.0.0/8', value: 1 },
    { name: 'six', cidr: '2001:db8::/32', value: 1 },
    { name: 'scanners', cidr: '172.16.0.0/12', value: 1, whitelisted: true },
  ],
});

type Json = Record<string, unknown>;

/** Whether stage 1 of a directive with this rule takes the event. */
const takes = (rule: Json, event: Partial<NormalizedEvent>): boolean => {
  const directives = directivesOf({ directives: [wireDirective(1, [wireRule(1, rule), wireRule(2)])] });
  const { engine } = startEngine({ directives, assets });
  engine.event(eventOf(event), 1_000_000);
  return engine.stats().liveBacklogs === 1;
};

describe('listMatches()', () => {
  const table: readonly (readonly [string, boolean])[] = [
    ['1231, !1231', true],
    ['!1231, 1231', false],
    ['!1000, 1001', true],
    ['1001, !1000', true],
    ['1001', false],
    ['1231', true],
    ['!1231', false],
    ['!1000', true],
    ['1000, 1001', false],
    ['1000,1231', true],
    ['!1000, !1231', false],
    ['! 1231', false],
  ];
  for (const [text, expected] of table) {
    it(`for 1231: ${text} is ${expected}`, () => {
      expect(listMatches(splitList(text), (value) => value === '1231')).to.equal(expected);
    });
  }
});

describe('A rule matches an event', () => {
  const taxonomy = { type: 'TaxonomyRule', product: ['IDS', 'IPS'], category: 'Scan' };
  const scan = { pluginId: 0, pluginSid: 0, product: 'IPS', category: 'Scan', subcategory: 'Slow' };
  const table: readonly (readonly [Json, Partial<NormalizedEvent>, boolean])[] = [
    [{}, {}, true],
    [{}, { pluginId: 1002 }, false],
    [{}, { pluginSid: 2 }, false],
    [{ plugin_sid: [5, 6] }, { pluginSid: 6 }, true],
    [taxonomy, scan, true],
    [taxonomy, { ...scan, product: 'ips' }, false],
    [taxonomy, { ...scan, category: 'scan' }, false],
    [{ ...taxonomy, subcategory: ['Fast'] }, scan, false],
    [{ ...taxonomy, subcategory: ['Fast', 'Slow'] }, scan, true],
    [{ ...taxonomy, subcategory: ['Fast', 'ANY'] }, scan, true],
    [{ ...taxonomy, subcategory: [] }, { ...scan, subcategory: '' }, true],
    [{ ...taxonomy, custom_data1: 'root' }, { ...scan, customData1: 'Root' }, true],
    [{ protocol: 'TCP' }, {}, true],
    [{ protocol: 'tcp' }, {}, false],
    [{ protocol: '' }, { protocol: 'UDP' }, true],
    [{ from: 'HOME_NET' }, {}, true],
    [{ from: '!HOME_NET' }, {}, false],
    [{ to: 'HOME_NET' }, { dstIp: '172.16.0.1' }, false],
    [{ to: '!HOME_NET' }, { dstIp: '172.16.0.1' }, true],
    [{ to: 'HOME_NET' }, { dstIp: '2001:db8::1' }, true],
    [{ from: '10.0.0.0/8' }, {}, true],
    [{ from: '0.0.0.0/0' }, { srcIp: '::1' }, false],
    [{ from: '::/0' }, { srcIp: '10.0.0.1' }, false],
    [{ from: '10.0.0.1' }, {}, true],
    [{ from: '::ffff:10.0.0.1' }, {}, true],
    [{ from: '2001:DB8:0::1' }, { srcIp: '2001:db8::1' }, true],
    [{ from: '!10.0.0.1' }, {}, false],
    [{ from: '!10.0.0.2' }, {}, true],
    [{ from: '10.0.0.0/8, !10.0.0.1' }, {}, true],
    [{ from: '!10.0.0.1, 10.0.0.0/8' }, {}, false],
    [{ from: '10.1.2.3/8' }, {}, true],
    [{ port_to: '80' }, {}, true],
    [{ port_to: '8' }, {}, false],
    [{ port_to: '!22, 80' }, { dstPort: 443 }, true],
    [{ port_to: '!22, 80' }, { dstPort: 22 }, false],
    [{ port_from: '22, 80' }, { srcPort: 0 }, false],
    [{ custom_data1: 'ANY' }, {}, true],
    [{ custom_data1: 'root' }, { customData1: 'ROOT' }, true],
    [{ custom_data1: 'root' }, {}, false],
    [{ custom_data1: '!root' }, { customData1: 'Root' }, false],
    [{ custom_data1: '!root' }, {}, true],
    [{ custom_data1: 'root, bob' }, { customData1: 'bob' }, true],
    [{ custom_data1: 'root, bob' }, { customData1: 'Bob' }, false],
    [{ custom_data1: '!root, bob' }, { customData1: 'alice' }, true],
    [{ custom_data1: 'root', custom_data2: 'x' }, { customData1: 'root', customData2: 'y' }, false],
    [{ custom_data3: 'x' }, { customData3: 'x' }, true],
  ];
  for (const [rule, event, expected] of table) {
    it(`${JSON.stringify(rule)} ${expected ? 'takes' : 'leaves'} ${JSON.stringify(event)}`, () => {
      expect(takes(rule, event)).to.equal(expected);
    });
  }

  it('but not its protocol, where dsiem never compared it', () => {
    const given = wireDirective(1, [wireRule(1, { protocol: 'ICMP' }), wireRule(2)]);
    const directives = directivesOf({ directives: [given] }, { compat: 'dsiem' });
    const { engine } = startEngine({ directives, assets });
    engine.event(eventOf({ protocol: 'TCP' }), 1_000_000);
    expect(engine.stats().liveBacklogs).to.equal(1);
  });

  it('by values that look like one another when joined', () => {
    const wanted = { from: ':1', to: 'ANY', custom_data1: ':1', custom_data2: ':1', plugin_sid: [1] };
    const directives = directivesOf({ directives: [wireDirective(1, [wireRule(1), wireRule(2, wanted)])] });
    const { engine, recorder } = startEngine({ directives, assets });
    engine.event(eventOf({ customData1: 'a\nb', customData2: 'c' }), 1_000_000);
    engine.event(eventOf({ customData1: 'a', customData2: 'b\nc' }), 1_000_000);
    expect(recorder.events.map(({ stage }) => stage)).to.deep.equal([1, 1]);
  });
});
