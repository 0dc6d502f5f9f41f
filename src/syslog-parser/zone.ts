const dayMs = 86_400_000;
// Offsets change at quarter hours at the finest.
const slotMs = 900_000;
// No zone changes its offset forth and back within 28 days (Morocco's Ramadan comes nearest). So coarse, all dates
// from 0000 to 9999 fit into the memory: a sender who makes dates up cannot have `Intl` asked for each of them.
const spanLengthsMs = [28 * dayMs, dayMs];
const mostCached = 200_000;

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
  const spans = spanLengthsMs.map((lengthMs) => ({ lengthMs, offsets: new Map<number, number>() }));

  function slotOffset(slot: number): number {
    let offset = slots.get(slot);
    if (offset === undefined) {
      offset = askOffset(format, slot * slotMs);
      remember(slots, slot, offset);
    }
    return offset;
  }

  // NaN for a span within which the offset changes.
  function spanOffset(span: number, lengthMs: number): number {
    const first = slotOffset((span * lengthMs) / slotMs);
    return first === slotOffset(((span + 1) * lengthMs) / slotMs) ? first : NaN;
  }

  return {
    offsetAt(time) {
      for (const { lengthMs, offsets } of spans) {
        const span = Math.floor(time / lengthMs);
        let offset = offsets.get(span);
        if (offset === undefined) {
          offset = spanOffset(span, lengthMs);
          remember(offsets, span, offset);
        }
        if (!Number.isNaN(offset)) return offset;
      }
      return slotOffset(Math.floor(time / slotMs));
    },
  };
}

function remember(offsets: Map<number, number>, index: number, offset: number): void {
  if (offsets.size >= mostCached) offsets.clear();
  offsets.set(index, offset);
}

function askOffset(format: Intl.DateTimeFormat, time: number): number {
  const text = format.formatToParts(time).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const found = /^GMT([+-])(\d+):(\d+)(?::(\d+))?$/.exec(text);
  if (found === null) return 0;
  const seconds = Number(found[2]) * 3600 + Number(found[3]) * 60 + Number(found[4] ?? 0);
  return found[1] === '-' ? -seconds * 1000 : seconds * 1000;
}
