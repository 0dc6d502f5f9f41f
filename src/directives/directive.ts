/** The fields a rule may want to differ from event to event (dsiem.md §2). */
export const STICKY_FIELDS = [
  'PLUGIN_SID',
  'SRC_IP',
  'DST_IP',
  'SRC_PORT',
  'DST_PORT',
  'CUSTOM_DATA1',
  'CUSTOM_DATA2',
  'CUSTOM_DATA3',
] as const;
export type StickyField = (typeof STICKY_FIELDS)[number];

/** One stage of a directive, checked. Plain JSON data, so that a backlog can keep the rules it began with. */
export interface Rule {
  readonly name: string;
  readonly type: 'PluginRule' | 'TaxonomyRule';
  readonly stage: number;
  /** 0 on a TaxonomyRule. */
  readonly pluginId: number;
  readonly pluginSids: readonly number[];
  readonly products: readonly string[];
  readonly category: string;
  readonly subcategories: readonly string[];
  readonly occurrence: number;
  readonly from: string;
  readonly to: string;
  readonly portFrom: string;
  readonly portTo: string;
  readonly protocol: string;
  readonly reliability: number;
  /** Seconds. */
  readonly timeout: number;
  readonly stickyDifferent: StickyField | '';
  readonly customData1: string;
  readonly customData2: string;
  readonly customData3: string;
  readonly customLabel1: string;
  readonly customLabel2: string;
  readonly customLabel3: string;
}

/** A use case: its rules in order of their stages. Checked and frozen at load (dsiem.md §2). */
export interface Directive {
  readonly id: number;
  readonly name: string;
  readonly priority: number;
  readonly kingdom: string;
  readonly category: string;
  readonly allRulesAlwaysActive: boolean;
  /** `--compat dsiem`: protocols are shown but not compared, as dsiem does. */
  readonly protocolIgnored: boolean;
  readonly rules: readonly Rule[];
  readonly description?: string;
  readonly mitre?: readonly string[];
  readonly references?: readonly string[];
}

/** True where the directive's risk stays below 1 whatever happens: then it never writes an alarm (dsiem.md §5). */
export const neverReachesRisk1 = (directive: Directive, highestAssetValue: number): boolean => {
  const reliability = Math.max(...directive.rules.map((rule) => rule.reliability));
  return Math.floor((directive.priority * reliability * highestAssetValue) / 25) < 1;
};
