/** What became of the records; every event that was not made is counted by its reason. */
export interface Counters {
  /** Records looked at. */
  records: number;
  /** Records that gave at least one event. */
  matched: number;
  /** Events given. */
  events: number;
  /** Records no plugin knows. */
  unmatched: number;
  /** Records a plugin knows as meaning nothing. */
  ignored: number;
  /** Records that would have been an event, but had no usable sid. */
  withoutSid: number;
  /** Events with a hostname, or another text, where the source's address should be: src_ip is 0.0.0.0, the text in custom_data3. */
  sourceNotAddress: number;
  /** Likewise for the destination. */
  destinationNotAddress: number;
  /** Events with a port that is none: 0 instead. */
  portNotPort: number;
  /** Events whose own time could not be read: the record's instead. */
  timeNotTime: number;
  /** Records that begin like JSON and are none. */
  faultyJson: number;
  /** Messages that were cut before matching. */
  cut: number;
  /** Repetitions that gave no event because there were too many in one message. */
  repetitionsCut: number;
}

/** What two cores counted one after the other; only what happened. */
export const addedCounters = (
  left: Readonly<Record<string, number>>,
  right: Readonly<Counters> | Readonly<Record<string, number>> | undefined,
): Record<string, number> => {
  const sum = { ...left };
  for (const [name, count] of Object.entries({ ...right })) if (count > 0) sum[name] = (sum[name] ?? 0) + count;
  return sum;
};

/** Why a record gave no event, or another one than its line says: the counters that rose since `before`. */
export const countedSince = (before: Readonly<Counters>, after: Readonly<Counters>): readonly string[] =>
  (Object.keys(after) as (keyof Counters)[]).filter(
    (name) => name !== 'records' && name !== 'matched' && name !== 'events' && after[name] > before[name],
  );

/** All counters at zero. */
export const newCounters = (): Counters => ({
  records: 0,
  matched: 0,
  events: 0,
  unmatched: 0,
  ignored: 0,
  withoutSid: 0,
  sourceNotAddress: 0,
  destinationNotAddress: 0,
  portNotPort: 0,
  timeNotTime: 0,
  faultyJson: 0,
  cut: 0,
  repetitionsCut: 0,
});
