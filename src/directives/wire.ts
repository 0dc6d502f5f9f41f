import type { Json } from '../json.js';
import type { NormalizedEvent } from '../normalize/normalized-event.js';
import { canonicalAddress } from './address.js';
import { quote } from './quote.js';
import { parseRfc3339 } from './rfc3339.js';

/** Longest text a field may have, in UTF-16 units: what is kept per backlog must be bounded. */
const LONGEST_TEXT = 65_536;
/** Longest event id, in UTF-16 units. */
const LONGEST_ID = 1_024;

/** Why a JSON value is no normalized event: everything that is wrong with it, in words. */
export class WireFault {
  constructor(readonly reasons: readonly string[]) {}
  toString(): string {
    return this.reasons.join('; ');
  }
}

type Wire = Readonly<Record<string, unknown>>;

class Reader {
  readonly #wire: Wire;
  readonly reasons: string[] = [];
  constructor(wire: Wire) {
    this.#wire = wire;
  }

  get(name: string): unknown {
    return Object.hasOwn(this.#wire, name) ? this.#wire[name] : undefined;
  }

  refuse(name: string, right: string): void {
    this.reasons.push(`${name} is ${quote(this.get(name))}, ${right} would be right`);
  }

  text(name: string): string {
    const value = this.get(name);
    if (value === undefined || value === null) return '';
    if (typeof value === 'string' && value.length <= LONGEST_TEXT) return value;
    this.refuse(name, `a text of at most ${LONGEST_TEXT} characters`);
    return '';
  }

  requiredText(name: string, longest: number): string {
    const value = this.get(name);
    if (typeof value === 'string' && value !== '' && value.length <= longest) return value;
    this.refuse(name, `a text of 1–${longest} characters`);
    return '';
  }

  address(name: string): string {
    const value = this.get(name);
    const address = typeof value === 'string' ? canonicalAddress(value) : undefined;
    if (address === undefined) this.refuse(name, 'an IPv4 or IPv6 address');
    return address ?? '';
  }

  integer(name: string, highest: number): number {
    const value = this.get(name);
    if (value === undefined || value === null) return 0;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= highest) return value;
    this.refuse(name, `an integer 0–${highest}`);
    return 0;
  }

  time(name: string): number {
    const value = this.get(name);
    const time = typeof value === 'string' ? parseRfc3339(value) : undefined;
    if (time === undefined) this.refuse(name, 'an RFC 3339 time such as "2026-11-20T10:00:00Z"');
    return time ?? 0;
  }
}

/** Reads one normalized event from parsed JSON (dsiem.md §1); unknown fields are ignored, null is absent. */
export const readEvent = (value: unknown): NormalizedEvent | WireFault => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return new WireFault([`the event is ${quote(value)}, an object would be right`]);
  }
  const reader = new Reader(value as Wire);
  const pluginId = reader.integer('plugin_id', Number.MAX_SAFE_INTEGER);
  const pluginSid = reader.integer('plugin_sid', Number.MAX_SAFE_INTEGER);
  const hasPlugin = pluginId > 0 && pluginSid > 0;
  const event: NormalizedEvent = {
    id: reader.requiredText('event_id', LONGEST_ID),
    time: reader.time('timestamp'),
    sensor: reader.requiredText('sensor', LONGEST_TEXT),
    title: reader.text('title'),
    srcIp: reader.address('src_ip'),
    dstIp: reader.address('dst_ip'),
    srcPort: reader.integer('src_port', 65535),
    dstPort: reader.integer('dst_port', 65535),
    protocol: reader.text('protocol'),
    pluginId: hasPlugin ? pluginId : 0,
    pluginSid: hasPlugin ? pluginSid : 0,
    product: reader.text('product'),
    category: reader.text('category'),
    subcategory: reader.text('subcategory'),
    customData1: reader.text('custom_data1'),
    customLabel1: reader.text('custom_label1'),
    customData2: reader.text('custom_data2'),
    customLabel2: reader.text('custom_label2'),
    customData3: reader.text('custom_data3'),
    customLabel3: reader.text('custom_label3'),
  };
  if (!hasPlugin && (event.product === '' || event.category === '')) {
    reader.reasons.push(
      'the event says neither plugin_id and plugin_sid nor product and category, one of the two pairs would be right',
    );
  }
  return reader.reasons.length === 0 ? event : new WireFault(reader.reasons);
};

const optional = (name: string, value: string | number): [string, Json][] =>
  value === '' || value === 0 ? [] : [[name, value]];

/** The wire form of an event: what `readEvent` reads back equal; empty fields are left out. */
export const writeEvent = (event: NormalizedEvent): Readonly<Record<string, Json>> =>
  Object.fromEntries<Json>([
    ['event_id', event.id],
    ['timestamp', new Date(event.time * 1000).toISOString().replace('.000Z', 'Z')],
    ['sensor', event.sensor],
    ...optional('title', event.title),
    ['src_ip', event.srcIp],
    ['dst_ip', event.dstIp],
    ['src_port', event.srcPort],
    ['dst_port', event.dstPort],
    ...optional('protocol', event.protocol),
    ...optional('plugin_id', event.pluginId),
    ...optional('plugin_sid', event.pluginSid),
    ...optional('product', event.product),
    ...optional('category', event.category),
    ...optional('subcategory', event.subcategory),
    ...optional('custom_data1', event.customData1),
    ...optional('custom_label1', event.customLabel1),
    ...optional('custom_data2', event.customData2),
    ...optional('custom_label2', event.customLabel2),
    ...optional('custom_data3', event.customData3),
    ...optional('custom_label3', event.customLabel3),
  ]);
