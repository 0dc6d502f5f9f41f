import { expect } from 'chai';
import fc from 'fast-check';
import { escapeControls, escapeJson } from '../src/escape.js';

const hostile = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** Any code units, control characters often. */
const anyText = fc
  .array(fc.oneof(fc.nat(0xff), fc.integer({ min: 0x2000, max: 0x2070 }), fc.nat(0xffff)))
  .map((units) => String.fromCharCode(...units));

describe('escapeControls()', () => {
  const table: readonly (readonly [string, string, string])[] = [
    ['plain text', 'Grüße, 世界 😀 \\x0a', 'Grüße, 世界 😀 \\x0a'],
    ['newline, tab and NUL', 'a\nb\tc\0', 'a\\x0ab\\x09c\\x00'],
    ['a terminal sequence', '\u001b[31mred\u0007', '\\x1b[31mred\\x07'],
    ['DEL and C1', '\u007f\u009b', '\\x7f\\x9b'],
    ['text turned around', 'exe.\u202efdp.\u2066x\u2069', 'exe.\\u{202e}fdp.\\u{2066}x\\u{2069}'],
    ['line separators', 'a\u2028b\u2029c', 'a\\u{2028}b\\u{2029}c'],
    ['direction marks', '\u200e\u200f\u061c', '\\u{200e}\\u{200f}\\u{61c}'],
  ];
  for (const [name, text, expected] of table) {
    it(`shows ${name}`, () => expect(escapeControls(text)).to.equal(expected));
  }

  it('leaves no control character in any text, and is done after one pass', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = escapeControls(text);
        expect(hostile.test(shown)).to.equal(false);
        expect(escapeControls(shown)).to.equal(shown);
      }),
    );
  });
});

describe('escapeJson()', () => {
  it('leaves no control character in any JSON text, and changes nothing for who reads it', () => {
    fc.assert(
      fc.property(fc.array(anyText), (value) => {
        const json = escapeJson(JSON.stringify(value));
        expect(hostile.test(json)).to.equal(false);
        expect(JSON.parse(json)).to.deep.equal(value);
      }),
    );
  });

  it('leaves the white space between values alone', () => {
    expect(escapeJson(JSON.stringify({ a: ['\u0085'] }, null, 1))).to.equal('{\n "a": [\n  "\\u0085"\n ]\n}');
  });
});
