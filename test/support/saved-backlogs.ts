type Json = Record<string, unknown>;

/** A stage as dsiem-rs would save it: finished, unless `more` says otherwise. */
export const savedRule = (stage: number, more: Json = {}): Json => ({
  name: `rule ${stage}`,
  stage,
  type: 'PluginRule',
  plugin_id: 1001,
  plugin_sid: [stage],
  occurrence: 1,
  from: 'ANY',
  to: 'ANY',
  port_from: 'ANY',
  port_to: 'ANY',
  protocol: 'ANY',
  status: 'finished',
  start_time: 999_900 + stage,
  end_time: 999_900 + stage,
  ...more,
});

/** A stage that has begun, and waits. */
export const savedOpenRule = (stage: number, more: Json = {}): Json =>
  savedRule(stage, { status: '', start_time: 999_900 + stage - 1, end_time: 0, ...more });

/** A backlog of the directive 1 of `wireDirective`, in its second stage, as dsiem-rs would save it. */
export const savedBacklog = (more: Json = {}): Json => ({
  alarm_id: 'Ab3-xY_9q',
  title: 'story 1',
  status: 'Open',
  kingdom: 'K',
  category: 'C',
  created_time: 999_901,
  update_time: 999_901,
  risk: 3,
  risk_class: 'Medium',
  tag: 'Identified Threat',
  src_ips: ['10.0.0.1'],
  dst_ips: ['8.8.8.8'],
  networks: [],
  rules: [savedRule(1), savedOpenRule(2)],
  ...more,
});
