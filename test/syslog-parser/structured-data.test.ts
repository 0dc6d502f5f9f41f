import { expect } from 'chai';
import fc from 'fast-check';
import { parse } from './support/said.js';

const nameCharacters = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).filter(
  (c) => !'="]'.includes(c),
);
const name = fc.oneof(
  fc.string({ unit: fc.constantFrom(...nameCharacters), minLength: 1, maxLength: 32 }),
  fc.constantFrom('__proto__', 'constructor', 'toString'),
);
const text = fc.string({ unit: 'grapheme' }).map((s) => s.replace(/[\0\ufffd]/g, ''));
const field = (maxLength: number) =>
  fc.option(
    fc.string({ unit: fc.constantFrom(...nameCharacters), minLength: 1, maxLength }).filter((s) => s !== '-'),
    { nil: undefined },
  );
const elements = fc.uniqueArray(
  fc.tuple(
    name,
    fc.uniqueArray(fc.tuple(name, fc.oneof(text, fc.constantFrom('"', '\\', ']', '\\"', '"] x'))), {
      selector: ([key]) => key,
      maxLength: 4,
    }),
  ),
  { selector: ([id]) => id, minLength: 1, maxLength: 4 },
);
const records = fc.record({
  pri: fc.integer({ min: 0, max: 191 }),
  time: fc.integer({ min: 0, max: Date.UTC(9999, 0) }),
  host: field(255),
  app: field(48),
  pid: field(128),
  msgId: field(32),
  data: fc.option(elements, { nil: undefined }),
  message: text.filter((s) => !/[\r\n]$/.test(s) && !s.startsWith('\ufeff')),
});

type Elements = readonly (readonly [string, readonly (readonly [string, string])[]])[];

function render(data: Elements | undefined): string {
  if (data === undefined) return '-';
  const escaped = (value: string): string => value.replace(/["\\\]]/g, '\\$&');
  return data
    .map(([id, parameters]) => `[${id}${parameters.map(([key, value]) => ` ${key}="${escaped(value)}"`).join('')}]`)
    .join('');
}

describe('parseSyslog()', () => {
  it('gives back what an RFC 5424 record was rendered from, whatever its structured data', () => {
    fc.assert(
      fc.property(records, (record) => {
        const fields = [record.host, record.app, record.pid, record.msgId].map((value) => value ?? '-').join(' ');
        const stamp = new Date(record.time).toISOString();
        const read = parse(`<${record.pri}>1 ${stamp} ${fields} ${render(record.data)} ${record.message}`);
        expect(read).to.include({
          time: record.time,
          timeStamped: true,
          facility: record.pri >> 3,
          severity: record.pri & 7,
          host: record.host,
          app: record.app,
          pid: record.pid,
          msgId: record.msgId,
          message: record.message,
          fault: undefined,
        });
        const data = read.structuredData;
        const entries = data && Object.keys(data).map((id) => [id, Object.entries(data[id] ?? {})]);
        expect(sorted(entries)).to.deep.equal(sorted(record.data));
      }),
      { numRuns: 500 },
    );
  });

  // Objects put names that are whole numbers first.
  function sorted(data: unknown): unknown {
    if (!Array.isArray(data)) return data;
    const pairs = data as [string, unknown][];
    return pairs.map(([key, value]) => [key, sorted(value)]).sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
  }
});
