import type { NormalizedEvent } from '../../src/directives/index.js';

type Json = Record<string, unknown>;

/** A rule as directive files have it, whole; what matters to a test is said by `more`. */
export const wireRule = (stage: number, more: Json = {}): Json => ({
  name: `rule ${stage}`,
  type: 'PluginRule',
  stage,
  plugin_id: 1001,
  plugin_sid: [stage],
  occurrence: 1,
  from: stage === 1 ? 'ANY' : ':1',
  to: 'ANY',
  port_from: 'ANY',
  port_to: 'ANY',
  protocol: 'ANY',
  reliability: 5,
  timeout: stage === 1 ? 0 : 60,
  ...more,
});

/** A directive of these rules. */
export const wireDirective = (id: number, rules: readonly Json[], more: Json = {}): Json => ({
  id,
  name: `story ${id}`,
  kingdom: 'K',
  category: 'C',
  priority: 5,
  rules,
  ...more,
});

let serial = 0;

/** An event of stage 1, with an id of its own unless one is given. */
export const eventOf = (more: Partial<NormalizedEvent> = {}): NormalizedEvent => {
  serial += 1;
  return {
    id: `event ${serial}`,
    time: 1_000_000,
    sensor: 's',
    title: 't',
    srcIp: '10.0.0.1',
    dstIp: '8.8.8.8',
    srcPort: 1024,
    dstPort: 80,
    protocol: 'TCP',
    pluginId: 1001,
    pluginSid: 1,
    product: '',
    category: '',
    subcategory: '',
    customData1: '',
    customLabel1: '',
    customData2: '',
    customLabel2: '',
    customData3: '',
    customLabel3: '',
    ...more,
  };
};
