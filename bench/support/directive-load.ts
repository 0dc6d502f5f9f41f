import {
  createEngine,
  type Directive,
  type Engine,
  formatFault,
  loadAssets,
  loadDirectives,
  type NormalizedEvent,
} from '../../src/directives/index.js';
import { MemoryState } from '../../test/support/memory-state.js';

/** The assets of these benchmarks, as text of a file. */
export const ASSETS = JSON.stringify({
  assets: [
    { name: 'lan', cidr: '192.168.0.0/16', value: 2 },
    { name: 'ten', cidr: '10.0.0.0/8', value: 4 },
    { name: 'scanner', cidr: '172.16.3.9/32', value: 1, whitelisted: true },
  ],
});
/** 2026-11-20T10:00:00Z. */
const START = 1_795_168_800;
const FOREVER = 1_000_000;

const rule = (stage: number, sid: number, occurrence: number, from: string): Record<string, unknown> => ({
  name: `stage ${stage} of what the sensor calls ${sid}`,
  type: 'PluginRule',
  stage,
  plugin_id: 1001,
  plugin_sid: [sid],
  occurrence,
  from,
  to: 'ANY',
  port_from: 'ANY',
  port_to: 'ANY',
  protocol: 'ANY',
  reliability: 1 + stage * 2,
  timeout: stage === 1 ? 0 : FOREVER,
});

/** A directive file: each directive has three stages of one sid of its own. */
export const directiveFile = (directives: number): string =>
  JSON.stringify({
    directives: Array.from({ length: directives }, (_, i) => ({
      id: i + 1,
      name: `Something of kind ${i + 1} from SRC_IP`,
      kingdom: 'Reconnaissance & Probing',
      category: 'Misc Activity',
      priority: 1,
      rules: [rule(1, i + 1, 1, 'HOME_NET'), rule(2, i + 1, 8, ':1'), rule(3, i + 1, FOREVER, ':1')],
    })),
  });

/** Loads a directive file that must be right. */
export const loadAll = (text: string): readonly Directive[] => {
  const { directives, faults } = loadDirectives([{ file: 'directives_bench.json', text }]);
  if (faults.length > 0) throw new Error(faults.slice(0, 5).map(formatFault).join('\n'));
  return directives;
};

/** An engine that writes to nowhere. */
export const startBench = (directives: readonly Directive[]): { engine: Engine; state: MemoryState } => {
  const state = new MemoryState();
  const { assets } = loadAssets([{ file: 'assets_bench.json', text: ASSETS }]);
  const out = { alarmEvent: () => undefined, alarm: () => undefined };
  return { engine: createEngine({ directives, assets, state, out, count: () => undefined }), state };
};

let serial = 0;

/** Ids as senders make them: as long as a UUID, each a string of its own. */
const nextId = (): string => {
  serial += 1;
  return Buffer.from(`${serial.toString(16).padStart(8, '0')}-0000-4000-8000-0123456789ab`).toString('latin1');
};

const event = (values: { sid: number; source: string; time: number; plugin?: number }): NormalizedEvent => ({
  id: nextId(),
  time: values.time,
  sensor: 'sensor1',
  title: 'something happened',
  srcIp: values.source,
  dstIp: '10.3.2.1',
  srcPort: 40_000,
  dstPort: 443,
  protocol: 'TCP',
  pluginId: values.plugin ?? 1001,
  pluginSid: values.sid,
  product: 'Intrusion Detection System',
  category: 'Alert',
  subcategory: 'Something',
  customData1: '',
  customLabel1: '',
  customData2: '',
  customLabel2: '',
  customData3: '',
  customLabel3: '',
});

const address = (i: number): string => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;

/** Makes batches of events, so that making them is not measured. */
export interface Feed {
  readonly engine: Engine;
  batch(size: number): readonly NormalizedEvent[];
}

const ACTIVE = 100;
const SOURCES = 50;

/** Events of which one in ten counts: for one of 100 directives, spread over all there are, from one of 50 sources. */
export const quietEvents = (directives: number): (() => NormalizedEvent) => {
  let n = 0;
  return () => {
    n += 1;
    const time = START + Math.floor(n / 1000);
    if (n % 10 !== 0) return event({ plugin: 2002, sid: n % 1000, source: address(n % 5000), time });
    const which = (n / 10) % ACTIVE;
    const sid = 1 + Math.floor((which * directives) / ACTIVE);
    return event({ sid, source: address(Math.floor(n / 10 / ACTIVE) % SOURCES), time });
  };
};

/** Such events for an engine. */
export const quietFeed = (engine: Engine, directives: number): Feed => {
  const next = quietEvents(directives);
  return { engine, batch: (size) => Array.from({ length: size }, next) };
};

/** One event in `oneIn` counts for one of the live backlogs, of 100 directives with as many sources each. */
export const liveFeed = (
  engine: Engine,
  size: { readonly backlogs: number; readonly idsEach: number; readonly oneIn?: number },
): Feed & { fill(): void } => {
  let n = 0;
  const next = (): NormalizedEvent => {
    // A stride without common divisors, so that neighbours in time are not neighbours in memory.
    const which = (n * 7919) % size.backlogs;
    n += 1;
    return event({ sid: 1 + (which % ACTIVE), source: address(Math.floor(which / ACTIVE)), time: START });
  };
  return {
    engine,
    batch: (length) =>
      Array.from({ length }, (_, i) =>
        i % (size.oneIn ?? 1) === 0
          ? next()
          : event({ plugin: 2002, sid: i % 1000, source: address(i % 5000), time: START }),
      ),
    fill: () => {
      for (let i = 0; i < size.backlogs * size.idsEach; i += 1) engine.event(next(), START);
    },
  };
};
