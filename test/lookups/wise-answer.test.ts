import { expect } from 'chai';
import fc from 'fast-check';
import { readWiseAnswer } from '../../src/lookups/wise-answer.js';

describe('readWiseAnswer()', () => {
  for (const [what, body, results] of [
    ['an empty list', '[]', []],
    ['unquoted keys and double quotes', '[{field: "asn", len: 12, value: "AS1 Example"}]', ['asn: AS1 Example']],
    [
      'single quotes, line breaks, a trailing comma and a semicolon',
      "[\n{field: 'tags', len: 7, value: 'it\\'s \"bad\"'},\n{'field':'x', \"len\": 5, value: 'y'},\n];\n",
      ['tags: it\'s "bad"', 'x: y'],
    ],
    [
      'an entry shorter than 5, which says nothing',
      '[{field:"a",len:4,value:"b"},{field:"c",len:5,value:"d"}]',
      ['c: d'],
    ],
    ['an entry without len, which says nothing', '[{field:"a",value:"b"}]', []],
    ['escapes', '[{field:"a",len:9,value:"\\x41\\u00e9\\u{1f600}\\n\\\\"}]', ['a: Aé😀\n\\']],
    [
      'numbers and true as values',
      '[{field:"a",len:9,value:-1.5},{field:"b",len:9,value:true}]',
      ['a: -1.5', 'b: true'],
    ],
    ['keys it does not know', '[{__proto__:"x",more:null,field:"a",len:9,value:"b"}]', ['a: b']],
  ] as const) {
    it(`reads ${what}`, () => {
      expect(readWiseAnswer(body)).to.deep.equal({ results });
    });
  }

  for (const [what, body] of [
    ['nothing', ''],
    ['JSON that is no list', '{"field":"a"}'],
    ['code', '[{field:"a",len:9,value:alert(1)}]'],
    ['a template', '[{field:"a",len:9,value:`b`}]'],
    ['an object inside', '[{field:"a",len:9,value:{b:1}}]'],
    ['a text over two lines', '[{field:"a",len:9,value:"b\nc"}]'],
    ['a text without end', '[{field:"a",len:9,value:"b'],
    ['an unknown escape', '[{field:"a",len:9,value:"\\q"}]'],
    ['a code point that is none', '[{field:"a",len:9,value:"\\u{110000}"}]'],
    ['more after the list', '[] []'],
    ['an entry without value', '[{field:"a",len:9}]'],
    ['HTML', '<html>not found</html>'],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(readWiseAnswer(body)).to.include({ reason: 'malformed' });
    });
  }

  it('reads what JSON.stringify writes, in either quotes', () => {
    const entry = fc.record({
      field: fc.string({ unit: 'binary' }),
      len: fc.integer({ min: 5 }),
      value: fc.string({ unit: 'binary' }),
    });
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const results = entries.map(({ field, value }) => `${field}: ${value}`);
        expect(readWiseAnswer(JSON.stringify(entries))).to.deep.equal({ results });
        const single = (text: string): string =>
          `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
        const literal = entries.map((one) => `{field:${single(one.field)},len:${one.len},value:${single(one.value)}}`);
        expect(readWiseAnswer(`[${literal.join(', ')}]`)).to.deep.equal({ results });
      }),
    );
  });

  it('takes no longer for a hostile megabyte than its size is worth', () => {
    const began = performance.now();
    for (const piece of ['[', '{a:', '"\\', '[{a:"', ' ', '\\u', "''"]) {
      expect(readWiseAnswer(`[{field:"a",len:9,value:"${piece.repeat(1_000_000 / piece.length)}`)).to.have.property(
        'reason',
      );
      expect(readWiseAnswer(piece.repeat(1_000_000 / piece.length))).to.have.property('reason');
    }
    expect(performance.now() - began).to.be.below(5000);
  });
});
