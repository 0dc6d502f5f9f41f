import type { AddressCache, HostAddresses } from './addresses.js';
import type { Counters } from './counters.js';
import type { EventIds } from './event-ids.js';
import { readTime } from './read-time.js';
import { AddressField, boundedText, namedAddress, protocolName, readPort, readSid } from './field-values.js';
import type { LoadedKind, LoadedPlugin } from './loaded-plugin.js';
import type { NormalizedEvent } from './normalized-event.js';
import type { FieldName } from './plugin-schema.js';
import type { Getter, Scan } from './scan.js';
import { compileCandidates, compileTemplate, type Get, type TemplatePart } from './template.js';

/** What events are built with beside the fields of their line. */
export interface Building {
  readonly scan: Scan;
  readonly ids: EventIds;
  readonly addresses: AddressCache;
  readonly hosts: HostAddresses;
  readonly counters: Counters;
  /** Named as the sensor of every event, instead of the record's host. */
  readonly sensor?: string | undefined;
}

const NO_ADDRESS = '0.0.0.0';
const HOSTNAME_LABEL = 'hostname';

/** A text that is always the same, or how to get it: most fields of most kinds are constants. */
type Text<F> = string | Get<F>;

const textOf = <F>(text: Text<F>, fields: F): string => (typeof text === 'string' ? text : boundedText(text(fields)));

const compileText = <F>(parts: readonly TemplatePart[], getter: Getter<F>): Text<F> =>
  parts.every((part) => typeof part === 'string') ? parts.join('') : compileTemplate(parts, getter);

/** Builds the events of one kind of line. */
export class EventBuilder<F> {
  readonly #plugin: LoadedPlugin;
  readonly #building: Building;
  readonly #sid: number | Get<F>;
  readonly #time: Get<F> | undefined;
  readonly #title: Text<F>;
  readonly #category: Text<F>;
  readonly #subcategory: Text<F>;
  readonly #protocol: Text<F>;
  readonly #sensor: Text<F>;
  readonly #source: AddressField<F>;
  readonly #destination: AddressField<F>;
  readonly #srcPort: number | Get<F>;
  readonly #dstPort: number | Get<F>;
  readonly #data: readonly [Text<F>, Text<F>, Text<F>];
  readonly #labels: readonly [Text<F>, Text<F>, Text<F>];

  constructor(
    plugin: LoadedPlugin,
    kind: LoadedKind,
    options: { readonly getter: Getter<F>; readonly building: Building },
  ) {
    const { getter, building } = options;
    const parts = (field: FieldName) => kind.templates.get(field) ?? [''];
    const raw = (field: FieldName): Get<F> => compileTemplate(parts(field), getter);
    const text = (field: FieldName): Text<F> => compileText(parts(field), getter);
    const port = (field: FieldName): number | Get<F> => {
      const value = text(field);
      return typeof value === 'string' ? readPort(value) : value;
    };
    const address = (field: FieldName) => new AddressField(compileCandidates(parts(field), getter), building.addresses);
    this.#plugin = plugin;
    this.#building = building;
    const sid = text('sid');
    this.#sid = typeof sid === 'string' ? readSid(sid) : sid;
    this.#time = kind.templates.has('time') ? raw('time') : undefined;
    this.#title = kind.templates.has('title') ? text('title') : plugin.name;
    this.#category = text('category');
    this.#subcategory = text('subcategory');
    this.#protocol = text('protocol');
    this.#sensor = text('sensor');
    this.#source = address('src_ip');
    this.#destination = address('dst_ip');
    this.#srcPort = port('src_port');
    this.#dstPort = port('dst_port');
    this.#data = [text('custom_data1'), text('custom_data2'), text('custom_data3')];
    this.#labels = [text('custom_label1'), text('custom_label2'), text('custom_label3')];
  }

  /** The event of a line with these fields; undefined where it has no sid. */
  build(fields: F): NormalizedEvent | undefined {
    const pluginSid = typeof this.#sid === 'number' ? this.#sid : readSid(this.#sid(fields));
    if (pluginSid === 0) return undefined;
    const { id: pluginId, product } = this.#plugin;
    const { ids, scan, counters } = this.#building;
    const source = this.#source;
    source.read(fields);
    const customData1 = textOf(this.#data[0], fields);
    const customData2 = textOf(this.#data[1], fields);
    const ownData3 = textOf(this.#data[2], fields);
    const hostname = boundedText(source.notAddress);
    if (source.notAddress !== '') counters.sourceNotAddress += 1;
    const time = this.#time === undefined ? scan.record.time : this.#timeOf(this.#time(fields));
    ids.begin(scan.record.raw, time);
    return {
      id: ids.next(),
      time: Math.floor(time / 1000),
      sensor: this.#sensorOf(fields),
      title: textOf(this.#title, fields),
      srcIp: source.address === '' ? NO_ADDRESS : source.address,
      dstIp: this.#destinationOf(fields),
      srcPort: this.#portOf(this.#srcPort, fields),
      dstPort: this.#portOf(this.#dstPort, fields),
      protocol: protocolName(textOf(this.#protocol, fields)),
      pluginId,
      pluginSid,
      product,
      category: textOf(this.#category, fields),
      subcategory: textOf(this.#subcategory, fields),
      customData1,
      customLabel1: customData1 === '' ? '' : textOf(this.#labels[0], fields),
      customData2,
      customLabel2: customData2 === '' ? '' : textOf(this.#labels[1], fields),
      customData3: hostname === '' ? ownData3 : hostname,
      customLabel3: hostname !== '' ? HOSTNAME_LABEL : ownData3 === '' ? '' : textOf(this.#labels[2], fields),
    };
  }

  #timeOf(text: string): number {
    const { scan, counters } = this.#building;
    if (text === '') return scan.record.time;
    const time = readTime(text);
    if (time === undefined) counters.timeNotTime += 1;
    return time ?? scan.record.time;
  }

  #sensorOf(fields: F): string {
    const { scan, sensor } = this.#building;
    const own = sensor ?? textOf(this.#sensor, fields);
    if (own !== '') return own;
    const { host, peer } = scan.record;
    if (host !== undefined && host !== '') return boundedText(host);
    return peer === undefined || peer === '' ? 'unknown' : peer;
  }

  #destinationOf(fields: F): string {
    const { scan, hosts, counters } = this.#building;
    const destination = this.#destination;
    destination.read(fields);
    if (destination.address !== '') return destination.address;
    if (destination.notAddress === '') return hosts.of(scan.record);
    counters.destinationNotAddress += 1;
    return namedAddress(destination.notAddress, hosts);
  }

  #portOf(value: number | Get<F>, fields: F): number {
    if (typeof value === 'number') return value;
    const port = readPort(value(fields));
    if (port >= 0) return port;
    this.#building.counters.portNotPort += 1;
    return 0;
  }
}
