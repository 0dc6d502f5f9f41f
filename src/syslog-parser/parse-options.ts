/** What the parser must be told because the line does not say it. */
export interface ParseOptions {
  /** When the frame was received, ms since the epoch; the record's time where the line says none. */
  readonly receivedAt: number;
  /** IANA name of the zone of times without an offset, known to `Intl` (else a RangeError); the machine's where absent. */
  readonly timeZone?: string | undefined;
  /**
   * When the stored file was last written, ms since the epoch: a date without a year gets the year that puts it nearest
   * to this, and no more than a day after. Without it: nearest to `receivedAt`, before or after.
   */
  readonly referenceTime?: number | undefined;
  /** The year of dates without one, instead of the nearest. */
  readonly year?: number | undefined;
}
