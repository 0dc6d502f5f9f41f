import { expect } from 'chai';
import { directive, faultsOf, type Json, rule } from './directive-file.js';

const ADDRESSES =
  'ANY, HOME_NET, !HOME_NET, :N, or addresses and CIDRs with commas between them, each with or without "!" would be right';
const PORTS = 'ANY, :N, or a text of ports 1–65535 with commas between them, each with or without "!" would be right';

describe('checkRule()', () => {
  const faultyRules: readonly (readonly [string, Json, string])[] = [
    ['an unknown type', { type: 'Plugin' }, 'type: "Plugin", "PluginRule" or "TaxonomyRule" would be right'],
    ['no plugin id', { plugin_id: undefined }, 'plugin_id: missing, an integer from 1 on would be right'],
    ['no sids', { plugin_sid: [] }, 'plugin_sid: [], a list of one integer or more would be right'],
    ['sid 0', { plugin_sid: [7, 0] }, 'plugin_sid[1]: 0, an integer from 1 on would be right'],
    ['occurrence 0', { occurrence: 0 }, 'occurrence: 0, an integer from 1 on would be right'],
    ['reliability 11', { reliability: 11 }, 'reliability: 11, an integer 0–10 would be right'],
    ['half a timeout', { timeout: 0.5 }, 'timeout: 0.5, an integer 0–1000000000 would be right'],
    ['a negative timeout', { timeout: -1 }, 'timeout: -1, an integer 0–1000000000 would be right'],
    ['no from', { from: undefined }, 'from: missing, a text would be right'],
    ['an empty from', { from: '' }, `from: "", ${ADDRESSES}`],
    ['an octal from', { from: '010.0.0.1' }, `from: "010.0.0.1", ${ADDRESSES}`],
    ['a host name', { to: 'localhost' }, `to: "localhost", ${ADDRESSES}`],
    ['a list with HOME_NET', { to: 'HOME_NET, 10.0.0.1' }, `to: "HOME_NET, 10.0.0.1", ${ADDRESSES}`],
    ['a list split by space', { to: '10.0.0.1 10.0.0.2' }, `to: "10.0.0.1 10.0.0.2", ${ADDRESSES}`],
    ['too long a prefix', { to: '10.0.0.0/33' }, `to: "10.0.0.0/33", ${ADDRESSES}`],
    ['a reference to itself', { from: ':2' }, 'from: ":2", :1 would be right'],
    ['a reference to nothing', { from: ':0' }, `from: ":0", ${ADDRESSES}`],
    ['a port reference ahead', { port_to: ':3' }, 'port_to: ":3", :1 would be right'],
    ['a protocol reference ahead', { protocol: ':2' }, 'protocol: ":2", :1 would be right'],
    ['custom data ahead', { custom_data1: ':2' }, 'custom_data1: ":2", :1 would be right'],
    [
      'a custom reference to nothing',
      { custom_data1: ':0' },
      'custom_data1: ":0", ANY, "", :N, or a text would be right',
    ],
    ['port 0', { port_from: '0' }, `port_from: "0", ${PORTS}`],
    ['port 65536', { port_from: '!22, 65536' }, `port_from: "!22, 65536", ${PORTS}`],
    ['a port as number', { port_to: 22 }, 'port_to: 22, a text would be right'],
    [
      'an unknown sticky field',
      { sticky_different: 'USER' },
      'sticky_different: "USER" on a PluginRule, one of PLUGIN_SID, SRC_IP, DST_IP, SRC_PORT, DST_PORT, CUSTOM_DATA1, CUSTOM_DATA2, CUSTOM_DATA3 or "" would be right',
    ],
    [
      'a sid that differs on a taxonomy',
      { type: 'TaxonomyRule', product: ['IDS'], category: 'Scan', sticky_different: 'PLUGIN_SID' },
      'sticky_different: "PLUGIN_SID" on a TaxonomyRule, one of SRC_IP, DST_IP, SRC_PORT, DST_PORT, CUSTOM_DATA1, CUSTOM_DATA2, CUSTOM_DATA3 or "" would be right',
    ],
    [
      'a taxonomy without product',
      { type: 'TaxonomyRule', category: 'Scan' },
      'product: missing, a list of one text or more would be right',
    ],
  ];
  for (const [what, more, expected] of faultyRules) {
    it(`refuses a rule with ${what}`, () => {
      expect(faultsOf(directive({}, [rule(1), rule(2, more)]))).to.deep.equal([`directives[0].rules[1].${expected}`]);
    });
  }

  it('refuses more than one event, and references, on stage 1', () => {
    expect(faultsOf(directive({}, [rule(1, { occurrence: 5, from: ':1' }), rule(2)]))).to.deep.equal([
      'directives[0].rules[0].occurrence: 5, 1 (stage 1 is finished by its first event) would be right',
      'directives[0].rules[0].from: ":1", no reference, since nothing comes before stage 1, would be right',
    ]);
  });
});
