import { loadDirectives } from '../../src/directives/index.js';

/** As it stands in a file. */
export type Json = Record<string, unknown>;

/** A rule without fault. */
export const rule = (stage: number, more: Json = {}): Json => ({
  name: `rule ${stage}`,
  type: 'PluginRule',
  stage,
  plugin_id: 1001,
  plugin_sid: [7],
  occurrence: 1,
  from: stage === 1 ? 'HOME_NET' : ':1',
  to: 'ANY',
  port_from: 'ANY',
  port_to: 'ANY',
  protocol: 'ICMP',
  reliability: 5,
  timeout: stage === 1 ? 0 : 60,
  ...more,
});

/** A directive without fault. */
export const directive = (more: Json = {}, rules: readonly Json[] = [rule(1), rule(2)]): Json => ({
  id: 1,
  name: 'Ping Flood from SRC_IP',
  kingdom: 'Reconnaissance & Probing',
  category: 'Misc Activity',
  priority: 3,
  rules,
  ...more,
});

/** A file of these directives. */
export const file = (...directives: unknown[]) => ({ file: 'directives_a.json', text: JSON.stringify({ directives }) });

/** What is wrong with them. Without places: those have a test of their own. */
export const faultsOf = (...directives: unknown[]): string[] =>
  loadDirectives([file(...directives)]).faults.map(({ path, message }) => `${path}: ${message}`);
