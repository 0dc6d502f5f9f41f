import { expect } from 'chai';
import fc from 'fast-check';
import { readEvent, WireFault, writeEvent } from '../../src/directives/index.js';
import { parseRfc3339 } from '../../src/directives/rfc3339.js';

const WIRE = {
  event_id: 'e1',
  timestamp: '2026-11-20T10:00:00.9+01:00',
  sensor: 'fw1',
  src_ip: '::ffff:10.0.0.1',
  dst_ip: '2001:DB8::1',
  plugin_id: 1001,
  plugin_sid: 7,
  conn_id: 12,
  unknown: { deep: true },
};

const faultOf = (more: object): string => {
  const read = readEvent({ ...WIRE, ...more });
  return read instanceof WireFault ? read.toString() : 'no fault';
};

describe('readEvent()', () => {
  it('fills in what is absent, makes addresses canonical and times whole seconds', () => {
    expect(readEvent(WIRE)).to.deep.equal({
      id: 'e1',
      time: 1_795_165_200,
      sensor: 'fw1',
      title: '',
      srcIp: '10.0.0.1',
      dstIp: '2001:db8::1',
      srcPort: 0,
      dstPort: 0,
      protocol: '',
      pluginId: 1001,
      pluginSid: 7,
      product: '',
      category: '',
      subcategory: '',
      customData1: '',
      customLabel1: '',
      customData2: '',
      customLabel2: '',
      customData3: '',
      customLabel3: '',
    });
  });

  it('takes a taxonomy instead of a plugin id', () => {
    const read = readEvent({ ...WIRE, plugin_id: 0, plugin_sid: null, product: 'IDS', category: 'Scan' });
    expect(read).to.include({ pluginId: 0, pluginSid: 0, product: 'IDS' });
  });

  const pair =
    'the event says neither plugin_id and plugin_sid nor product and category, one of the two pairs would be right';
  const faults: readonly (readonly [object, string])[] = [
    [{ event_id: '' }, 'event_id is "", a text of 1–1024 characters would be right'],
    [{ event_id: 'x'.repeat(2000) }, `event_id is "${'x'.repeat(60)}"…, a text of 1–1024 characters would be right`],
    [{ event_id: undefined }, 'event_id is missing, a text of 1–1024 characters would be right'],
    [{ sensor: 3 }, 'sensor is 3, a text of 1–65536 characters would be right'],
    [
      { timestamp: '2026-11-20' },
      'timestamp is "2026-11-20", an RFC 3339 time such as "2026-11-20T10:00:00Z" would be right',
    ],
    [{ src_ip: '010.0.0.1' }, 'src_ip is "010.0.0.1", an IPv4 or IPv6 address would be right'],
    [{ dst_ip: '10.0.0.1/8' }, 'dst_ip is "10.0.0.1/8", an IPv4 or IPv6 address would be right'],
    [{ src_port: 65536 }, 'src_port is 65536, an integer 0–65535 would be right'],
    [{ dst_port: '22' }, 'dst_port is "22", an integer 0–65535 would be right'],
    [{ protocol: 6 }, 'protocol is 6, a text of at most 65536 characters would be right'],
    [{ plugin_sid: 0 }, pair],
    [{ plugin_id: undefined, product: 'IDS' }, pair],
    [
      { plugin_id: 1.5, src_port: -1 },
      `plugin_id is 1.5, an integer 0–9007199254740991 would be right; src_port is -1, an integer 0–65535 would be right; ${pair}`,
    ],
  ];
  for (const [more, expected] of faults) {
    it(`refuses ${JSON.stringify(more).slice(0, 50)}`, () => {
      expect(faultOf(more).split('; ').sort()).to.deep.equal(expected.split('; ').sort());
    });
  }

  for (const value of [null, [], 'x', 3, undefined]) {
    it(`refuses ${JSON.stringify(value)} itself`, () => expect(readEvent(value)).to.be.instanceOf(WireFault));
  }

  it('does not read inherited fields', () => {
    expect(readEvent(Object.create(WIRE))).to.be.instanceOf(WireFault);
    expect(readEvent(JSON.parse(`{"__proto__":${JSON.stringify(WIRE)}}`))).to.be.instanceOf(WireFault);
  });

  it('refuses what is nested deeply without following it', () => {
    const deep = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`) as unknown;
    expect(faultOf({ event_id: deep })).to.equal('event_id is a list of 1, a text of 1–1024 characters would be right');
    expect(readEvent(deep)).to.be.instanceOf(WireFault);
  });

  it('never throws, whatever JSON it is given', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void readEvent(value)));
    const keys = fc.constantFrom(...Object.keys(WIRE));
    fc.assert(fc.property(keys, fc.jsonValue(), (key, value) => void readEvent({ ...WIRE, [key]: value })));
  });
});

describe('writeEvent()', () => {
  it('writes what readEvent() reads back equal', () => {
    const read = readEvent({ ...WIRE, title: 'a\nb', src_port: 80, custom_data1: 'root', custom_label1: 'user' });
    if (read instanceof WireFault) throw new Error(read.toString());
    const written = writeEvent(read);
    expect(readEvent(JSON.parse(JSON.stringify(written)))).to.deep.equal(read);
    expect(written).to.not.have.property('protocol');
    expect(written['timestamp']).to.equal('2026-11-20T09:00:00Z');
  });
});

describe('parseRfc3339()', () => {
  it('agrees with Date on every second it can be given', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0100-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          expect(parseRfc3339(date.toISOString())).to.equal(Math.floor(date.getTime() / 1000));
        },
      ),
    );
  });

  const cases: readonly (readonly [string, number | undefined])[] = [
    ['1970-01-01T00:00:00Z', 0],
    ['1969-12-31T23:59:59.5Z', -1],
    ['1970-01-01t01:00:00.999999999+01:00', 0],
    ['1970-01-01 00:00:00-00:30', 1800],
    ['2016-12-31T23:59:60Z', 1_483_228_799],
    [`1970-01-01T00:00:01.${'9'.repeat(30)}Z`, 1],
    ['2024-02-29T00:00:00Z', 1_709_164_800],
    ['2023-02-29T00:00:00Z', undefined],
    ['2026-13-01T00:00:00Z', undefined],
    ['2026-00-01T00:00:00Z', undefined],
    ['2026-01-01T24:00:00Z', undefined],
    ['2026-01-01T00:00:00', undefined],
    ['2026-01-01T00:00:00+24:00', undefined],
    ['2026-01-01T00:00:00.Z', undefined],
    [`2026-01-01T00:00:00.${'0'.repeat(100_000)}Z`, undefined],
  ];
  for (const [text, expected] of cases) {
    it(`makes ${expected ?? 'nothing'} of ${text.slice(0, 40)}`, () => expect(parseRfc3339(text)).to.equal(expected));
  }
});
