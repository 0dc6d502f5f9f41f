const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  return format;
};

/** What a clock on the wall of the zone shows at `time`, as if it were UTC, to the second. */
const wallTime = (time: number, timeZone: string): number => {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(time)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
};

/**
 * The first moment of the calendar day after the one `time` falls in, in ms since the epoch.
 * `timeZone` is an IANA name; where a change of the clock swallows midnight, it is the first moment that exists.
 * @throws RangeError for an unknown zone.
 */
export const nextMidnight = (time: number, timeZone: string): number => {
  const dayMs = 86_400_000;
  const target = (Math.floor(wallTime(time, timeZone) / dayMs) + 1) * dayMs;
  // The wall clock never runs backward over a whole day, so the first second showing the new day is found by halving.
  let before = Math.floor(time / 1000);
  let after = before + 49 * 3600;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (wallTime(middle * 1000, timeZone) >= target) after = middle;
    else before = middle;
  }
  return after * 1000;
};
