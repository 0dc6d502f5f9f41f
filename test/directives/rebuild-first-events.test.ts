import { expect } from 'chai';
import { assetsOf, directivesOf, startEngine } from '../support/engine-run.js';
import { wireDirective, wireRule } from '../support/rules.js';
import { savedBacklog, savedOpenRule, savedRule } from '../support/saved-backlogs.js';

const { assets } = assetsOf({ assets: [{ name: 'host', cidr: '10.0.0.1/32', value: 5 }] });

/** What an engine knows of the first event of a stage after an import; undefined where it refused the backlog. */
const firstOf = (directive: Record<string, unknown>, saved: Record<string, unknown>, stage = 1) => {
  const { engine } = startEngine({ directives: directivesOf({ directives: [directive] }), assets });
  engine.tick(1_000_000);
  const outcome = Object.fromEntries(engine.importBacklogs(1, saved));
  if (outcome['imported'] !== 1) expect(outcome).to.deep.equal({ 'import-no-first-event': 1 });
  return engine.inspect('Ab3-xY_9q')?.stages[stage - 1]?.first;
};

/** Rule 2 refers to one field of rule 1's first event. */
const referring = (field: string, first: Record<string, unknown> = {}) =>
  wireDirective(1, [wireRule(1, first), wireRule(2, { from: 'ANY', occurrence: 2, [field]: ':1' })]);
const two = ['10.0.0.1', '10.0.0.2'];
const lists = { src_ips: two, dst_ips: two };
const rulesOf = (first: object = {}, second: object = {}) => ({
  rules: [savedRule(1, { ...first }), savedOpenRule(2, { ...second })],
});

describe('rebuildFirstEvents()', () => {
  const custom = [
    { label: 'user', content: 'Root' },
    { label: 'host', content: 'a' },
    { label: 'host', content: 'b' },
  ];
  for (const [what, field, value, directive, saved] of [
    ['an address from a list of one', 'srcIp', '10.0.0.1', referring('from'), {}],
    ['an address in canonical form', 'srcIp', '2001:db8::1', referring('from'), { src_ips: ['2001:DB8:0::1'] }],
    [
      'an address from what a later rule shows',
      'srcIp',
      '10.0.0.2',
      referring('from'),
      { ...lists, ...rulesOf({}, { from: '10.0.0.2' }) },
    ],
    ['an address from the one its own rule names', 'dstIp', '10.0.0.2', referring('to', { to: '10.0.0.2' }), lists],
    ['no address from a network', 'dstIp', undefined, referring('to', { to: '10.0.0.0/24' }), lists],
    ['no address from two', 'srcIp', undefined, referring('from'), lists],
    ['no address from a rule that excludes one', 'dstIp', undefined, referring('to', { to: '!10.0.0.2' }), lists],
    ['a port from what a later rule shows', 'dstPort', 22, referring('port_to'), rulesOf({}, { port_to: '22' })],
    ['a port from the stored rule', 'dstPort', 22, referring('port_to'), rulesOf({ port_to: '22' })],
    ['a port from the directive’s rule', 'srcPort', 53, referring('port_from', { port_from: '53' }), {}],
    ['no port from two', 'dstPort', undefined, referring('port_to', { port_to: '22, 23' }), {}],
    ['no port from a rule that excludes one', 'dstPort', undefined, referring('port_to', { port_to: '!22' }), {}],
    ['no port that is none', 'dstPort', undefined, referring('port_to'), rulesOf({}, { port_to: '99999' })],
    ['a protocol from the directive’s rule', 'protocol', 'TCP', referring('protocol', { protocol: 'TCP' }), {}],
    ['no protocol from ANY', 'protocol', undefined, referring('protocol'), {}],
    [
      'custom data from the one value of its label',
      'customData1',
      'Root',
      referring('custom_data1', { custom_label1: 'user' }),
      { custom_data: custom },
    ],
    [
      'custom data in the letters of the event',
      'customData2',
      'Root',
      referring('custom_data2', { custom_data2: 'ROOT', custom_label2: 'user' }),
      { custom_data: custom },
    ],
    [
      'no custom data from two values of a label',
      'customData1',
      undefined,
      referring('custom_data1', { custom_label1: 'host' }),
      { custom_data: custom },
    ],
    [
      'that of two values which its rule names',
      'customData1',
      'b',
      referring('custom_data1', { custom_label1: 'host', custom_data1: 'b' }),
      { custom_data: custom },
    ],
    [
      'no custom data of another label',
      'customData1',
      undefined,
      referring('custom_data1', { custom_label1: 'x' }),
      { custom_data: custom },
    ],
  ] as const) {
    it(`tells ${what}`, () => {
      expect(firstOf(directive, savedBacklog(saved))?.[field]).to.equal(value);
    });
  }

  it('needs the address that the title names', () => {
    const rules = [wireRule(1), wireRule(2, { from: 'ANY', occurrence: 2 })];
    const named = wireDirective(1, rules, { name: 'story of SRC_IP' });
    expect(firstOf(named, savedBacklog(lists))).to.equal(undefined);
    expect(firstOf(named, savedBacklog({ dst_ips: two }))?.srcIp).to.equal('10.0.0.1');
    expect(firstOf(wireDirective(1, rules), savedBacklog(lists)), 'and none where nothing does').to.be.an('object');
  });

  it('needs both addresses where all rules stay active and rule 1 takes any', () => {
    const rules = [wireRule(1), wireRule(2, { from: 'ANY', occurrence: 2 })];
    const active = wireDirective(1, rules, { all_rules_always_active: true });
    expect(firstOf(active, savedBacklog({ dst_ips: two }))).to.equal(undefined);
    expect(firstOf(active, savedBacklog())).to.include({ srcIp: '10.0.0.1', dstIp: '8.8.8.8' });
  });

  it('takes the same of a stage that was to have it from the one before', () => {
    const rules = [
      wireRule(1),
      wireRule(2, { port_to: ':1' }),
      wireRule(3, { from: 'ANY', port_to: ':2', occurrence: 2 }),
    ];
    const saved = { rules: [savedRule(1, { port_to: '22' }), savedRule(2), savedOpenRule(3)] };
    expect(firstOf(wireDirective(1, rules), savedBacklog(saved), 2)?.dstPort).to.equal(22);
  });

  it('asks nothing of a stage in which nothing has counted', () => {
    const rules = [wireRule(1), wireRule(2, { occurrence: 2 }), wireRule(3, { from: ':1', port_to: ':2' })];
    const directive = wireDirective(1, rules);
    expect(firstOf(directive, savedBacklog(rulesOf({}, { event_ids: [] })), 2)).to.equal(null);
    expect(firstOf(directive, savedBacklog(rulesOf({}, { event_ids: ['a'] })), 2)).to.equal(undefined);
    const ofOne = wireDirective(1, [wireRule(1), wireRule(2), wireRule(3, { from: ':1', port_to: ':2' })]);
    const told = savedBacklog(rulesOf({}, { event_count: 1 }));
    expect(firstOf(ofOne, told, 2), 'a stage that takes one event has none while it is open').to.equal(null);
  });
});
