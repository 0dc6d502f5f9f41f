import fc from 'fast-check';
import type { NormalizedEvent } from '../../src/directives/index.js';
import type { ModelEvent, ModelOptions, WireAsset, WireDirective, WireRule } from './slow-model.js';

/** Assets of all random stories: hosts, nested networks, a whitelisted host inside a network, IPv6. */
export const STORY_ASSETS: readonly WireAsset[] = [
  { name: 'Firewall', cidr: '192.168.0.1/32', value: 5 },
  { name: 'Scanner', cidr: '192.168.0.2/32', value: 5, whitelisted: true },
  { name: 'lan', cidr: '192.168.0.0/16', value: 2 },
  { name: 'ten', cidr: '10.0.0.0/8', value: 4 },
  { name: 'ten again', cidr: '10.0.0.0/24', value: 5 },
  { name: 'six', cidr: '2001:db8::/32', value: 3 },
];

/** Directives, and what happens to them. */
export interface Story {
  readonly directives: readonly WireDirective[];
  readonly events: readonly { readonly event: ModelEvent; readonly now: number }[];
  readonly options: ModelOptions;
}

const pick = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const START = 1_795_168_800;

const often = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: pick(...others) });

const references = (stage: number): string[] => Array.from({ length: stage - 1 }, (_, i) => `:${i + 1}`);

const addressText = (stage: number): fc.Arbitrary<string> =>
  often(
    stage === 1 ? 'ANY' : ':1',
    'ANY',
    'HOME_NET',
    '!HOME_NET',
    '10.0.0.1',
    '10.0.0.0/8, !10.0.0.2',
    '!10.0.0.1, 10.0.0.0/8',
    '!192.168.0.0/16',
    '2001:db8::1',
    ...references(stage),
  );

const portText = (stage: number): fc.Arbitrary<string> =>
  often('ANY', '22', '!22', '22, 80', '!22, 80', ...references(stage));

const customText = (stage: number): fc.Arbitrary<string> =>
  often('', 'ANY', 'ROOT', '!root', 'root,bob', '!root, bob', ...references(stage));

const kind = fc.oneof(
  fc.record({
    type: fc.constant('PluginRule' as const),
    plugin_id: often(1, 2),
    plugin_sid: pick([1, 2, 3], [1, 2, 3], [2, 1], [2, 3], [1], [3]),
  }),
  fc.record({
    type: fc.constant('TaxonomyRule' as const),
    product: pick(['IDS', 'Firewall'], ['IDS'], ['Firewall', 'IDS']),
    category: often('Auth', 'Scan'),
    subcategory: pick<string[]>([], ['ANY'], ['Failed'], ['Failed', 'Ok']),
  }),
);

const ruleOf = (stage: number): fc.Arbitrary<WireRule> =>
  fc
    .record({
      kind,
      occurrence: stage === 1 ? fc.constant(1) : fc.integer({ min: 1, max: 4 }),
      from: addressText(stage),
      to: addressText(stage),
      port_from: portText(stage),
      port_to: portText(stage),
      protocol: often('ANY', 'TCP', '', ...references(stage)),
      reliability: fc.integer({ min: 0, max: 10 }),
      timeout: stage === 1 ? fc.constant(0) : often(600, 30, 300, 0),
      sticky_different: often('', 'SRC_IP', 'DST_IP', 'DST_PORT', 'CUSTOM_DATA1'),
      custom_data1: customText(stage),
      custom_data2: customText(stage),
    })
    .map(({ kind: of, ...rest }) => ({ name: `rule ${stage}`, stage, ...of, ...rest }));

const directiveOf = (id: number): fc.Arbitrary<WireDirective> =>
  fc.integer({ min: 2, max: 4 }).chain((stages) =>
    fc.record({
      id: fc.constant(id),
      name: pick('story', 'SRC_IP to DST_IP'),
      kingdom: fc.constant('K'),
      category: fc.constant('C'),
      priority: fc.integer({ min: 1, max: 5 }),
      all_rules_always_active: fc.boolean(),
      rules: fc.tuple(...Array.from({ length: stages }, (_, i) => ruleOf(i + 1))),
    }),
  );

const address = pick(
  '10.0.0.1',
  '10.0.0.1',
  '10.0.0.2',
  '192.168.0.1',
  '192.168.0.2',
  '8.8.8.8',
  '0.0.0.0',
  '2001:db8::1',
);

const happening = fc.record({
  repeat: fc.integer({ min: 0, max: 19 }),
  back: fc.integer({ min: 1, max: 6 }),
  pass: pick(0, 0, 1, 1, 5, 40),
  late: often(0, 3, 7, 100, -50),
  src_ip: address,
  dst_ip: address,
  src_port: pick(0, 22, 4000),
  dst_port: pick(22, 80),
  protocol: pick('TCP', 'TCP', 'UDP'),
  plugin_id: pick(1, 1, 1, 2, 0),
  plugin_sid: pick(1, 2, 3),
  product: pick('IDS', 'Firewall', ''),
  category: pick('Auth', 'Scan', ''),
  subcategory: pick('Failed', 'Ok', ''),
  custom_data1: pick('', 'root', 'bob'),
  custom_data2: pick('', 'root', 'Root'),
  custom_label1: pick('', 'user'),
});

/** Half of the events are one before again, under another id: without that, stories would rarely get far. */
const eventsOf = (
  happenings: readonly (typeof happening extends fc.Arbitrary<infer T> ? T : never)[],
): Story['events'] => {
  let now = START;
  const events: { event: ModelEvent; now: number }[] = [];
  for (const [i, { repeat, back, pass, late, ...fields }] of happenings.entries()) {
    now += pass;
    const before = events.at(-back)?.event;
    const base: Omit<ModelEvent, 'event_id' | 'time'> =
      repeat < 10 && before !== undefined
        ? before
        : { ...fields, custom_data3: '', custom_label2: '', custom_label3: '' };
    const id = repeat % 10 === 4 && before !== undefined ? before.event_id : `e${i}`;
    events.push({ event: { ...base, event_id: id, time: now - late }, now });
  }
  return events;
};

const limits = fc.record({
  backlogs: pick(1000, 1000, 3),
  backlogsPerDirective: pick(1000, 1000, 2),
  addresses: pick(1000, 2),
  customData: pick(1000, 1),
  sticky: pick(1000, 1),
  idsPerStage: pick(1000, 2),
});

/** Random directives, events and options. In two of three the options are the usual ones. */
export const story = (length = 100): fc.Arbitrary<Story> =>
  fc.record({
    directives: fc
      .integer({ min: 1, max: 4 })
      .chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => directiveOf(n - i)))),
    events: fc.array(happening, { minLength: 5, maxLength: length, size: 'max' }).map(eventsOf),
    options: fc.record({
      oorGraceSeconds: pick(5, 0),
      discardOorEvents: pick(true, true, false),
      minAlarmLifetimeMinutes: pick(0, 1),
      limits,
    }),
  });

/** The engine's form of a model's event. */
export const normalized = (event: ModelEvent): NormalizedEvent => ({
  id: event.event_id,
  time: event.time,
  sensor: 's',
  title: 't',
  srcIp: event.src_ip,
  dstIp: event.dst_ip,
  srcPort: event.src_port,
  dstPort: event.dst_port,
  protocol: event.protocol,
  pluginId: event.plugin_id,
  pluginSid: event.plugin_sid,
  product: event.product,
  category: event.category,
  subcategory: event.subcategory,
  customData1: event.custom_data1,
  customLabel1: event.custom_label1,
  customData2: event.custom_data2,
  customLabel2: event.custom_label2,
  customData3: event.custom_data3,
  customLabel3: event.custom_label3,
});
