/**
 * dsiem.md §3–§6 written down as it stands there: every event is held against every directive and every backlog.
 * Shares no code with the engine, so that the two can check each other. Over 120 lines, for it is one idea.
 */
import ipaddr from 'ipaddr.js';

export interface WireRule {
  name: string;
  type: 'PluginRule' | 'TaxonomyRule';
  stage: number;
  plugin_id?: number;
  plugin_sid?: number[];
  product?: string[];
  category?: string;
  subcategory?: string[];
  occurrence: number;
  from: string;
  to: string;
  port_from: string;
  port_to: string;
  protocol: string;
  reliability: number;
  timeout: number;
  sticky_different?: string;
  custom_data1?: string;
  custom_data2?: string;
  custom_data3?: string;
}

export interface WireDirective {
  id: number;
  name: string;
  kingdom: string;
  category: string;
  priority: number;
  all_rules_always_active?: boolean;
  rules: WireRule[];
}

export interface WireAsset {
  name: string;
  cidr: string;
  value: number;
  whitelisted?: boolean;
}

export interface ModelEvent {
  event_id: string;
  time: number;
  src_ip: string;
  dst_ip: string;
  src_port: number;
  dst_port: number;
  protocol: string;
  plugin_id: number;
  plugin_sid: number;
  product: string;
  category: string;
  subcategory: string;
  custom_data1: string;
  custom_data2: string;
  custom_data3: string;
  custom_label1: string;
  custom_label2: string;
  custom_label3: string;
}

export interface ModelOptions {
  oorGraceSeconds: number;
  discardOorEvents: boolean;
  minAlarmLifetimeMinutes: number;
  limits: {
    backlogs: number;
    backlogsPerDirective: number;
    addresses: number;
    customData: number;
    sticky: number;
    idsPerStage: number;
  };
}

interface Stage {
  first: ModelEvent | undefined;
  start: number;
  end: number;
  status: string;
  count: number;
  ids: string[];
  sticky: string[];
}

interface Story {
  id: string;
  directive: WireDirective;
  stages: Stage[];
  current: number;
  opened: number;
  src: string[];
  dst: string[];
  custom: { label: string; content: string }[];
  risk: number;
  created: number;
  updated: number;
  live: boolean;
}

/** A line of one of the two files, with the model's own ids. */
export type ModelLine = { readonly file: 'event' | 'alarm'; readonly line: Record<string, unknown> };

const inside = (address: string, cidr: string): boolean => {
  const one = ipaddr.process(address);
  const text = cidr.includes('/') ? cidr : `${cidr}/${ipaddr.process(cidr).kind() === 'ipv4' ? 32 : 128}`;
  const [network, length] = ipaddr.parseCIDR(text);
  return one.kind() === network.kind() && one.match([network, length] as never);
};

const isHost = (cidr: string): boolean => cidr.endsWith(cidr.includes(':') ? '/128' : '/32');

const list = (text: string, matches: (item: string) => boolean): boolean => {
  let soFar = false;
  for (const part of text.split(',').map((item) => item.trim())) {
    if (part.startsWith('!')) {
      if (matches(part.slice(1))) return false;
      soFar = true;
    } else if (matches(part)) return true;
  }
  return soFar;
};

const REFERABLE = {
  from: 'src_ip',
  to: 'dst_ip',
  port_from: 'src_port',
  port_to: 'dst_port',
  protocol: 'protocol',
  custom_data1: 'custom_data1',
  custom_data2: 'custom_data2',
  custom_data3: 'custom_data3',
} as const;
type Referable = keyof typeof REFERABLE;

export class SlowModel {
  readonly lines: ModelLine[] = [];
  readonly stories: Story[] = [];
  #now = -Infinity;
  readonly #opened = new Map<number, number>();

  constructor(
    readonly directives: readonly WireDirective[],
    readonly assets: readonly WireAsset[],
    readonly options: ModelOptions,
  ) {}

  event(event: ModelEvent, now: number): void {
    this.tick(now);
    if (this.assets.some((asset) => asset.whitelisted === true && inside(event.src_ip, asset.cidr))) return;
    for (const directive of [...this.directives].sort((a, b) => a.id - b.id)) this.#throughDirective(directive, event);
  }

  tick(now: number): void {
    this.#now = Math.max(this.#now, now);
    const over = this.stories.filter((story) => story.live && this.#end(story) < this.#now);
    for (const story of over.sort((a, b) => this.#end(a) - this.#end(b))) this.#timeOut(story);
  }

  #life(rule: WireRule): number {
    return rule.timeout + this.options.minAlarmLifetimeMinutes * 60;
  }

  #end(story: Story): number {
    return story.opened + this.#life(this.#rule(story, story.current));
  }

  #rule(story: Story, stage: number): WireRule {
    return story.directive.rules.find((rule) => rule.stage === stage)!;
  }

  #timeOut(story: Story): void {
    story.stages[story.current - 1]!.status = 'timeout';
    story.live = false;
    this.#alarm(story);
  }

  #throughDirective(directive: WireDirective, event: ModelEvent): void {
    const live = this.stories.filter((story) => story.live && story.directive === directive);
    if (live.some((story) => story.stages.some((stage) => stage.ids.includes(event.event_id)))) return;
    let consumed = false;
    for (const story of live) if (story.live && this.#offer(story, event)) consumed = true;
    const first = directive.rules.find((rule) => rule.stage === 1)!;
    if (!consumed && this.#matches(first, event, [])) this.#begin(directive, event);
  }

  #begin(directive: WireDirective, event: ModelEvent): void {
    const { limits } = this.options;
    const ofDirective = this.stories.filter((story) => story.live && story.directive === directive);
    if (ofDirective.length >= limits.backlogsPerDirective) this.#timeOut(ofDirective[0]!);
    const all = this.stories.filter((story) => story.live);
    if (all.length >= limits.backlogs) this.#timeOut(all[0]!);
    const n = (this.#opened.get(directive.id) ?? 0) + 1;
    this.#opened.set(directive.id, n);
    const story: Story = {
      id: `${directive.id}:${n}`,
      directive,
      stages: directive.rules.map(() => ({
        first: undefined,
        start: 0,
        end: 0,
        status: '',
        count: 0,
        ids: [],
        sticky: [],
      })),
      current: 1,
      opened: this.#now,
      src: [],
      dst: [],
      custom: [],
      risk: 0,
      created: 0,
      updated: 0,
      live: true,
    };
    this.stories.push(story);
    this.#counts(story, event);
  }

  /** True where the story consumes the event. */
  #offer(story: Story, event: ModelEvent): boolean {
    const rule = this.#rule(story, story.current);
    const stage = story.stages[story.current - 1]!;
    const inTime = event.time <= stage.start + this.#life(rule);
    if (inTime && this.#matches(rule, event, story.stages)) {
      const latest = Math.max(...story.stages.slice(0, story.current - 1).map((earlier) => earlier.end));
      const tooOld = event.time < latest - this.options.oorGraceSeconds;
      if (tooOld && this.options.discardOorEvents) return true;
      if (!tooOld) {
        if (rule.sticky_different && stage.sticky.includes(this.#stickyValue(rule, event))) return true;
        this.#counts(story, event);
        return true;
      }
    }
    return this.#offerToEarlier(story, event);
  }

  #offerToEarlier(story: Story, event: ModelEvent): boolean {
    if (story.directive.all_rules_always_active !== true) return false;
    for (let stage = 1; stage < story.current; stage += 1) {
      if (!this.#matches(this.#asEarlier(story, stage), event, story.stages)) continue;
      this.#joins(story, stage, event);
      story.updated = this.#now;
      this.#alarm(story);
      return true;
    }
    return false;
  }

  #asEarlier(story: Story, stage: number): WireRule {
    const rule = this.#rule(story, stage);
    const first = story.stages[0]!.first;
    if (stage !== 1 || story.directive.all_rules_always_active !== true || first === undefined) return rule;
    const open = ['ANY', 'HOME_NET', '!HOME_NET'];
    return {
      ...rule,
      from: open.includes(rule.from) ? first.src_ip : rule.from,
      to: open.includes(rule.to) ? first.dst_ip : rule.to,
    };
  }

  #stickyValue(rule: WireRule, event: ModelEvent): string {
    return String(event[rule.sticky_different!.toLowerCase() as keyof ModelEvent]);
  }

  #matches(rule: WireRule, event: ModelEvent, stages: readonly Stage[]): boolean {
    if (rule.type === 'PluginRule') {
      if (rule.plugin_id !== event.plugin_id || !rule.plugin_sid!.includes(event.plugin_sid)) return false;
    } else {
      if (rule.category !== event.category || !rule.product!.includes(event.product)) return false;
      const wanted = rule.subcategory ?? [];
      if (wanted.length > 0 && !wanted.includes('ANY') && !wanted.includes(event.subcategory)) return false;
    }
    return (Object.keys(REFERABLE) as Referable[]).every((field) => this.#fieldMatches(field, rule, event, stages));
  }

  #fieldMatches(field: Referable, rule: WireRule, event: ModelEvent, stages: readonly Stage[]): boolean {
    const text = rule[field] ?? '';
    const value = event[REFERABLE[field]];
    if (text === 'ANY' || text === '') return true;
    if (/^:\d+$/.test(text)) return stages[Number(text.slice(1)) - 1]?.first?.[REFERABLE[field]] === value;
    if (field === 'protocol') return text === value;
    if (field === 'port_from' || field === 'port_to') return list(text, (port) => port === String(value));
    if (field === 'from' || field === 'to') {
      const home = this.assets.some((asset) => asset.whitelisted !== true && inside(String(value), asset.cidr));
      if (text === 'HOME_NET') return home;
      if (text === '!HOME_NET') return !home;
      return list(text, (cidr) => inside(String(value), cidr));
    }
    if (text.includes(',')) return list(text, (item) => item === value);
    if (text.startsWith('!')) return text.slice(1).toLowerCase() !== String(value).toLowerCase();
    return text.toLowerCase() === String(value).toLowerCase();
  }

  #joins(story: Story, stage: number, event: ModelEvent): void {
    const { limits } = this.options;
    const progress = story.stages[stage - 1]!;
    if (progress.ids.length < limits.idsPerStage) progress.ids.push(event.event_id);
    this.#joinAddress(story.src, event.src_ip);
    this.#joinAddress(story.dst, event.dst_ip);
    for (const i of [1, 2, 3] as const) {
      const pair = { label: event[`custom_label${i}`], content: event[`custom_data${i}`] };
      const known = story.custom.some((other) => other.label === pair.label && other.content === pair.content);
      if (pair.content !== '' && !known && story.custom.length < limits.customData) story.custom.push(pair);
    }
    this.lines.push({ file: 'event', line: { alarm_id: story.id, stage, event_id: event.event_id } });
  }

  #joinAddress(addresses: string[], address: string): void {
    if (addresses.includes(address) || (address === '0.0.0.0' && addresses.length > 0)) return;
    if (addresses[0] === '0.0.0.0') addresses.shift();
    if (addresses.length < this.options.limits.addresses) addresses.push(address);
  }

  #counts(story: Story, event: ModelEvent): void {
    const rule = this.#rule(story, story.current);
    const stage = story.stages[story.current - 1]!;
    this.#joins(story, story.current, event);
    story.updated = this.#now;
    stage.count += 1;
    if (stage.count === 1) {
      stage.first = event;
      stage.start = event.time;
      story.opened = this.#now;
    }
    if (rule.sticky_different && stage.sticky.length < this.options.limits.sticky) {
      stage.sticky.push(this.#stickyValue(rule, event));
    }
    if (stage.count < rule.occurrence) return;
    stage.status = 'finished';
    stage.end = event.time;
    const values = this.assets
      .filter((asset) => [...story.src, ...story.dst].some((address) => inside(address, asset.cidr)))
      .map((asset) => asset.value);
    const risk = Math.floor((story.directive.priority * rule.reliability * Math.max(0, ...values)) / 25);
    story.risk = Math.max(story.risk, Math.min(10, risk));
    if (story.current === story.directive.rules.length) story.live = false;
    else {
      story.current += 1;
      story.stages[story.current - 1]!.start = event.time;
      story.opened = this.#now;
    }
    this.#alarm(story);
  }

  #alarm(story: Story): void {
    if (story.risk < 1) return;
    if (story.created === 0) story.created = story.updated;
    const { directive } = story;
    const first = story.stages[0]!.first!;
    const nameOf = (address: string): string =>
      this.assets.find((asset) => isHost(asset.cidr) && inside(address, asset.cidr))?.name ?? address;
    const networks = this.assets
      .filter((asset) => asset.whitelisted !== true && !isHost(asset.cidr))
      .filter((asset) => [...story.src, ...story.dst].some((address) => inside(address, asset.cidr)))
      .map((asset) => asset.cidr);
    this.lines.push({
      file: 'alarm',
      line: {
        alarm_id: story.id,
        title: directive.name.replaceAll('SRC_IP', nameOf(first.src_ip)).replaceAll('DST_IP', nameOf(first.dst_ip)),
        status: 'Open',
        kingdom: directive.kingdom,
        category: directive.category,
        created_time: story.created,
        update_time: story.updated,
        risk: story.risk,
        risk_class: story.risk < 3 ? 'Low' : story.risk <= 6 ? 'Medium' : 'High',
        tag: 'Identified Threat',
        src_ips: [...story.src].sort(),
        dst_ips: [...story.dst].sort(),
        networks: [...new Set(networks)].sort(),
        rules: story.stages.map((stage, i) => this.#shownRule(story, i + 1, stage)),
        ...(story.custom.length === 0 ? {} : { custom_data: story.custom.map((pair) => ({ ...pair })) }),
      },
    });
  }

  #shownRule(story: Story, number: number, stage: Stage): Record<string, unknown> {
    const rule = this.#asEarlier(story, number);
    const shown: Record<string, unknown> = { plugin_id: 0, plugin_sid: [], ...rule };
    for (const field of Object.keys(REFERABLE) as Referable[]) {
      const target = /^:\d+$/.test(rule[field] ?? '') ? Number(rule[field]!.slice(1)) : 0;
      const first = story.stages[target - 1]?.first;
      if (first !== undefined) shown[field] = String(first[REFERABLE[field]]);
    }
    const leftOut = ['product', 'category', 'subcategory', 'sticky_different'];
    leftOut.push('custom_data1', 'custom_data2', 'custom_data3');
    const isEmpty = (value: unknown): boolean => (value as string | unknown[]).length === 0;
    if (stage.start > 0) shown['start_time'] = stage.start;
    if (stage.end > 0) shown['end_time'] = stage.end;
    if (stage.status !== '') shown['status'] = stage.status;
    return Object.fromEntries(
      Object.entries(shown).filter(([key, value]) => !leftOut.includes(key) || !isEmpty(value)),
    );
  }
}
