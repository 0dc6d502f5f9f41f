import { z } from 'zod';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Ten years: longer is a slip of the pen. */
const longestMs = 3650 * 86_400_000;

const toMs = (value: string | number): number | undefined => {
  const match = /^(\d{1,12}(?:\.\d{1,6})?) ?(ms|s|m|h|d)?$/.exec(
    typeof value === 'number' ? String(value) : value.trim(),
  );
  if (match === null) return undefined;
  const ms = Math.round(Number(match[1]) * (unitMs[match[2] ?? 's'] ?? 1000));
  return ms >= 1 && ms <= longestMs ? ms : undefined;
};

/**
 * zod schema of a duration in options: `"5m"`, `"300s"`, `"48h"`, `"1d"`, `"500ms"`, or a number of seconds.
 * Gives whole milliseconds, 1 to ten years; anything else is a fault that says what would be right.
 */
export const duration = z.union([z.string(), z.number()]).transform((value, context): number => {
  const ms = toMs(value);
  if (ms !== undefined) return ms;
  context.addIssue({
    code: 'custom',
    message: `${JSON.stringify(value)} is no duration; right would be "300s", "5m", "48h", "1d" or a number of seconds, up to ten years`,
  });
  return z.NEVER;
});
