import type { AlarmEventLine, AlarmLine } from '../../src/directives/index.js';

/** The alarm files in the canonical form of compare.py: grouped by alarm, ids left out, sets sorted. */
export interface CanonicalBacklog {
  readonly alarm_events: readonly (readonly [number, string])[];
  readonly alarm_lines: readonly unknown[];
}

const sorted = <T>(items: readonly T[]): T[] =>
  [...items].sort((a, b) => {
    const [x, y] = [JSON.stringify(a), JSON.stringify(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  });

const canonicalLine = (line: AlarmLine): unknown => ({
  created_time: line.created_time,
  custom_data: sorted((line.custom_data ?? []).map(({ label, content }) => [label, content])),
  dst_ips: sorted(line.dst_ips),
  networks: sorted(line.networks),
  risk: line.risk,
  risk_class: line.risk_class,
  rules: [...line.rules]
    .sort((a, b) => a.stage - b.stage)
    .map((rule) => ({
      end_time: rule.end_time ?? 0,
      from: rule.from,
      stage: rule.stage,
      start_time: rule.start_time ?? 0,
      status: rule.status ?? '',
      to: rule.to,
    })),
  src_ips: sorted(line.src_ips),
  title: line.title,
  update_time: line.update_time,
});

const keysInOrder = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** Expected results in the same form, as one text per backlog. */
export const canonicalTexts = (backlogs: readonly unknown[]): string[] =>
  backlogs.map((backlog) => JSON.stringify(JSON.parse(JSON.stringify(backlog, keysInOrder)))).sort();

/** What an engine wrote, as one text per backlog. */
export const canonicalOutput = (events: readonly AlarmEventLine[], alarms: readonly AlarmLine[]): string[] => {
  const byId = new Map<string, { alarm_events: [number, string][]; alarm_lines: unknown[] }>();
  const of = (id: string) => {
    const known = byId.get(id) ?? { alarm_events: [], alarm_lines: [] };
    byId.set(id, known);
    return known;
  };
  for (const line of events) of(line.alarm_id).alarm_events.push([line.stage, line.event_id]);
  for (const line of alarms) of(line.alarm_id).alarm_lines.push(canonicalLine(line));
  return canonicalTexts([...byId.values()]);
};
