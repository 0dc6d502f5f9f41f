import type { LogRecord } from '../record.js';
import { AddressCache, HostAddresses } from './addresses.js';
import { type Counters, newCounters } from './counters.js';
import { EventIds } from './event-ids.js';
import type { EqualLines } from './line-counts.js';
import type { LoadedPlugin } from './loaded-plugin.js';
import type { NormalizedEvent } from './normalized-event.js';
import { PluginIndex } from './plugin-index.js';
import { readRepeated } from './repeated.js';
import { Scan, type Trying } from './scan.js';

/** Longest message that is matched, in UTF-16 units; longer ones are cut and counted. JSON is read whole. */
const LONGEST_MESSAGE = 8_192;
/** Most events one `message repeated N times` gives. */
const MOST_REPETITIONS = 1_000;

/** How records are normalized. */
export interface NormalizerOptions {
  /** The address of a host by its name: an asset or an entry of `hosts:`. */
  readonly hosts?: ((name: string) => string | undefined) | undefined;
  /** The destination where nothing is known of a record's host. */
  readonly defaultDestination?: string | undefined;
  /** Named as the sensor of every event, instead of the record's host. */
  readonly sensor?: string | undefined;
  /** What `save` gave before a restart. */
  readonly state?: EqualLines | undefined;
  /** Told which pattern is tried. */
  readonly trying?: Trying | undefined;
}

/** Makes normalized events of records. */
export interface Normalizer {
  /** The events of a record, in dsiem's terms; none where no plugin knows it. Depends on the records before it only through equal lines. */
  readonly normalize: (record: LogRecord) => readonly NormalizedEvent[];
  readonly counters: Readonly<Counters>;
  /** Names of the patterns, by the numbers `trying` is told. */
  readonly patterns: readonly string[];
  /** From here on the patterns of these names are not tried, and all others are. */
  readonly turnOff: (names: ReadonlySet<string>) => void;
  /** Which equal lines were seen, to go on after a restart with the same ids. */
  readonly save: () => EqualLines;
}

const none: readonly NormalizedEvent[] = Object.freeze([]);

/** Relays leave blanks before and after a message; patterns need not care. */
const messageOf = (record: LogRecord, counters: Counters): string => {
  let { message } = record;
  if (message.length > LONGEST_MESSAGE) {
    counters.cut += 1;
    message = message.slice(0, LONGEST_MESSAGE);
  }
  return message.charCodeAt(0) <= 32 || message.charCodeAt(message.length - 1) <= 32 ? message.trim() : message;
};

/** Compiles plugins to a normalizer. */
export const createNormalizer = (plugins: readonly LoadedPlugin[], options: NormalizerOptions = {}): Normalizer => {
  const counters = newCounters();
  const scan = new Scan(noRecord, options.trying ?? nobody);
  const ids = new EventIds(options.state);
  const hosts = new HostAddresses({
    hosts: options.hosts,
    defaultDestination: options.defaultDestination ?? '127.0.0.1',
  });
  const building = { scan, ids, hosts, addresses: new AddressCache(), counters, sensor: options.sensor };
  const index = new PluginIndex(plugins, building);

  const normalize = (record: LogRecord): readonly NormalizedEvent[] => {
    counters.records += 1;
    const whole = messageOf(record, counters);
    const repeated = readRepeated(whole);
    scan.begin(record, repeated?.message ?? whole);
    const outcome = index.find(scan);
    if (scan.faultyJson) counters.faultyJson += 1;
    if (outcome === undefined) counters.unmatched += 1;
    else if (outcome === 'ignored' || outcome === 'withoutSid') counters[outcome] += 1;
    else return given(outcome, repeated?.times ?? 1);
    return none;
  };

  const given = (event: NormalizedEvent, times: number): readonly NormalizedEvent[] => {
    counters.matched += 1;
    const events = [event];
    const wanted = Math.min(times, MOST_REPETITIONS);
    counters.repetitionsCut += Math.max(0, times - wanted);
    while (events.length < wanted) events.push({ ...event, id: ids.next() });
    counters.events += events.length;
    return events;
  };

  const { names: patterns } = index;
  return { normalize, counters, patterns, turnOff: (names) => index.turnOff(names), save: () => ids.save() };
};

const nobody: Trying = { plugin: () => undefined };

const noRecord: LogRecord = { seq: 0, time: 0, receivedAt: 0, message: '', raw: '', input: '', normalized: [] };
