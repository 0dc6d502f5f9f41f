import type { Json } from '../json.js';
import type { AssetMap } from './asset-map.js';
import type { Backlog, LookupHit, StageProgress } from './backlog.js';
import type { CompiledDirective } from './compile.js';
import type { Rule } from './directive.js';
import { referenceOf } from './lists.js';
import type { EngineOptions } from './options.js';
import type { PinField } from './pin.js';
import { type RiskClass, riskClass } from './risk.js';

/** One line of `siem_alarm_events.json` (dsiem.md §6). */
export interface AlarmEventLine {
  readonly alarm_id: string;
  readonly stage: number;
  readonly event_id: string;
}

/** One line of `siem_alarms.json`, a whole snapshot; `JSON.stringify` of it is the line (dsiem.md §6). Times in seconds. */
export interface AlarmLine {
  readonly alarm_id: string;
  readonly title: string;
  readonly status: string;
  readonly kingdom: string;
  readonly category: string;
  readonly created_time: number;
  readonly update_time: number;
  readonly risk: number;
  readonly risk_class: RiskClass;
  readonly tag: string;
  readonly src_ips: readonly string[];
  readonly dst_ips: readonly string[];
  readonly networks: readonly string[];
  readonly rules: readonly AlarmRule[];
  readonly intel_hits?: readonly LookupHit[];
  readonly vulnerabilities?: readonly LookupHit[];
  readonly custom_data?: readonly { readonly label: string; readonly content: string }[];
}

/** A rule as an alarm shows it: the fields of the directive file, and how far its stage has come. */
export type AlarmRule = Readonly<Record<string, Json>> & {
  readonly stage: number;
  readonly from: string;
  readonly to: string;
  readonly start_time?: number;
  readonly end_time?: number;
  readonly status?: 'finished' | 'timeout';
};

const shown = (text: string, field: PinField, stages: readonly StageProgress[]): string => {
  const stage = referenceOf(text);
  const first = stage === undefined ? undefined : stages[stage - 1]?.first;
  return first === undefined || first === null ? text : String(first[field]);
};

const present = (name: string, value: string | number | readonly string[]): [string, Json][] => {
  const isEmpty = typeof value === 'object' ? value.length === 0 : value === '' || value === 0;
  return isEmpty ? [] : [[name, value]];
};

const stageStatus = (backlog: Backlog, stage: number): string => {
  if (stage < backlog.stage || backlog.status === 'finished') return 'finished';
  return stage === backlog.stage && backlog.status === 'timeout' ? 'timeout' : '';
};

const alarmRule = (rule: Rule, backlog: Backlog): AlarmRule => {
  const { stages } = backlog;
  const progress = stages[rule.stage - 1];
  return Object.fromEntries<Json>([
    ['name', rule.name],
    ['stage', rule.stage],
    ['type', rule.type],
    ['plugin_id', rule.pluginId],
    ['plugin_sid', rule.pluginSids],
    ['occurrence', rule.occurrence],
    ['from', shown(rule.from, 'srcIp', stages)],
    ['to', shown(rule.to, 'dstIp', stages)],
    ['port_from', shown(rule.portFrom, 'srcPort', stages)],
    ['port_to', shown(rule.portTo, 'dstPort', stages)],
    ['protocol', shown(rule.protocol, 'protocol', stages)],
    ['reliability', rule.reliability],
    ['timeout', rule.timeout],
    ...present('product', rule.products),
    ...present('category', rule.category),
    ...present('subcategory', rule.subcategories),
    ...present('sticky_different', rule.stickyDifferent),
    ...present('custom_data1', shown(rule.customData1, 'customData1', stages)),
    ...present('custom_label1', rule.customLabel1),
    ...present('custom_data2', shown(rule.customData2, 'customData2', stages)),
    ...present('custom_label2', rule.customLabel2),
    ...present('custom_data3', shown(rule.customData3, 'customData3', stages)),
    ...present('custom_label3', rule.customLabel3),
    ...present('start_time', progress?.start ?? 0),
    ...present('end_time', progress?.end ?? 0),
    ...present('status', stageStatus(backlog, rule.stage)),
  ]) as AlarmRule;
};

/** The directive's name with the first event's addresses, or the names of the hosts that have them (dsiem.md §6). */
const titleOf = (name: string, backlog: Backlog, assets: AssetMap): string => {
  const first = backlog.stages[0]?.first;
  if (first === undefined || first === null) return name;
  return name.replaceAll(/SRC_IP|DST_IP/g, (word) => {
    const address = word === 'SRC_IP' ? first.srcIp : first.dstIp;
    return assets.factsOf(address).hostName ?? address;
  });
};

const networksOf = (backlog: Backlog, assets: AssetMap): string[] => {
  const networks = new Set<string>();
  for (const address of [...backlog.srcIps, ...backlog.dstIps]) {
    for (const network of assets.factsOf(address).networks) networks.add(network);
  }
  return [...networks];
};

const customData = (pair: string): { label: string; content: string } => {
  const [label, content] = JSON.parse(pair) as [string, string];
  return { label, content };
};

/** The snapshot of a backlog as `siem_alarms.json` has it. */
export const alarmLine = (
  backlog: Backlog,
  compiled: CompiledDirective,
  context: { readonly assets: AssetMap; readonly options: EngineOptions },
): AlarmLine => {
  const { directive } = compiled;
  const { assets, options } = context;
  return {
    alarm_id: backlog.alarmId,
    title: titleOf(directive.name, backlog, assets),
    status: options.statuses[0] ?? '',
    kingdom: directive.kingdom,
    category: directive.category,
    created_time: backlog.created,
    update_time: backlog.updated,
    risk: backlog.risk,
    risk_class: riskClass(backlog.risk, options),
    tag: options.tags[0] ?? '',
    src_ips: [...backlog.srcIps],
    dst_ips: [...backlog.dstIps],
    networks: networksOf(backlog, assets),
    rules: (compiled.earlier ?? compiled.rules).map(({ rule }) => alarmRule(rule, backlog)),
    ...(backlog.intel === undefined ? {} : { intel_hits: [...backlog.intel] }),
    ...(backlog.vulnerabilities === undefined ? {} : { vulnerabilities: [...backlog.vulnerabilities] }),
    ...(backlog.custom.length === 0 ? {} : { custom_data: backlog.custom.map(customData) }),
  };
};
