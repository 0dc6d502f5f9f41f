/** The numbers of a date as written, not yet checked; scanners overwrite one and the same object to spare allocations. */
export interface ScannedDate {
  /** Index after the date and what belongs to it (offset, zone, year). */
  end: number;
  /** Undefined where the line names no year. */
  year: number | undefined;
  /** 1–12 if it exists. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  /** 60 is a leap second. */
  second: number;
  millisecond: number;
  /** Minutes east of UTC; NaN where an offset is written that does not exist; undefined where none is written. */
  offsetMinutes: number | undefined;
  /** A zone written with a name we do not know. */
  unknownZone: string | undefined;
}

/** A date nothing has been scanned into. */
export function newScannedDate(): ScannedDate {
  return {
    end: 0,
    year: undefined,
    month: 0,
    day: 0,
    hour: 0,
    minute: 0,
    second: 0,
    millisecond: 0,
    offsetMinutes: undefined,
    unknownZone: undefined,
  };
}
