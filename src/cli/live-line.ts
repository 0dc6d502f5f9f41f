import type { RunCounters } from '../run/run-counters.js';

/** What inputs and threads lost, by reason; every one of them is shown. */
const isDrop = (name: string): boolean => /^(?:dropped|refused|gap|truncated)/u.test(name);

/** Everything that was not worked on, by reason. */
const drops = ({ io, listeners, supervisor }: RunCounters): Readonly<Record<string, number>> => {
  const sums: Record<string, number> = { ...io?.lost };
  for (const { counters } of io?.inputs ?? []) {
    for (const [name, count] of Object.entries(counters)) {
      if (isDrop(name) && count > 0) sums[name] = (sums[name] ?? 0) + count;
    }
  }
  const undelivered = listeners.reduce((sum, { dropped, failed }) => sum + dropped + failed, 0);
  if (undelivered > 0) sums['undelivered'] = undelivered;
  if (supervisor.poisoned > 0) sums['poisoned'] = supervisor.poisoned;
  return sums;
};

/** received, events, alarms, drops: one line. */
export const liveLine = (counters: RunCounters): string => {
  const { io, core, listeners, supervisor } = counters;
  const lost = Object.entries(drops(counters)).map(([name, count]) => `${name} ${count}`);
  const lag = Math.max(0, ...listeners.map((listener) => listener.lag));
  const parts = [
    `received ${io?.frames ?? 0}`,
    `worked on ${core?.records ?? 0}`,
    `events ${core?.events ?? 0}`,
    `alarms ${core?.modules['dsiem']?.['alarms'] ?? 0}`,
    `drops ${lost.length === 0 ? 0 : lost.join(', ')}`,
  ];
  if ((core?.faults ?? 0) > 0) parts.push(`faults ${core?.faults ?? 0}`);
  if (supervisor.off.length > 0) parts.push(`off ${supervisor.off.join(', ')}`);
  if (lag > 0) parts.push(`to deliver ${lag}`);
  return parts.join(' · ');
};
