const dayMs = 86_400_000;
const slotMs = 900_000;
const mostCached = 50_000;

/** A time zone whose offsets are remembered: asking `Intl` costs microseconds. */
export interface Zone {
  /** Ms east of UTC at a moment, ms since the epoch. */
  offsetAt(time: number): number;
}

const zones = new Map<string, Zone>();
let lastName: string | undefined;
let lastZone: Zone | undefined;

/** The zone with the IANA name, the machine's where none is given; RangeError where `Intl` does not know the name. */
export function zoneOf(name: string | undefined): Zone {
  if (lastZone !== undefined && name === lastName) return lastZone;
  const known = name ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zone = zones.get(known) ?? newZone(known);
  zones.set(known, zone);
  lastName = name;
  lastZone = zone;
  return zone;
}

function newZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  const slots = new Map<number, number>();
  const days = new Map<number, number | undefined>();

  // Offsets change at quarter hours at the finest.
  function slotOffset(slot: number): number {
    let offset = slots.get(slot);
    if (offset === undefined) {
      offset = askOffset(format, slot * slotMs);
      if (slots.size >= mostCached) slots.clear();
      slots.set(slot, offset);
    }
    return offset;
  }

  // Undefined for a day on which the offset changes.
  function dayOffset(day: number): number | undefined {
    const first = slotOffset((day * dayMs) / slotMs);
    const offset = first === slotOffset(((day + 1) * dayMs) / slotMs) ? first : undefined;
    if (days.size >= mostCached) days.clear();
    days.set(day, offset);
    return offset;
  }

  return {
    offsetAt(time) {
      const day = Math.floor(time / dayMs);
      const offset = days.get(day) ?? (days.has(day) ? undefined : dayOffset(day));
      return offset ?? slotOffset(Math.floor(time / slotMs));
    },
  };
}

function askOffset(format: Intl.DateTimeFormat, time: number): number {
  const text = format.formatToParts(time).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const found = /^GMT([+-])(\d+):(\d+)(?::(\d+))?$/.exec(text);
  if (found === null) return 0;
  const seconds = Number(found[2]) * 3600 + Number(found[3]) * 60 + Number(found[4] ?? 0);
  return found[1] === '-' ? -seconds * 1000 : seconds * 1000;
}
