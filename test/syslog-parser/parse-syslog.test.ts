import { expect } from 'chai';
import fc from 'fast-check';
import { parseSyslog } from '../../src/syslog-parser/index.js';
import { parse, receivedAt } from './support/said.js';

const keys = 'time timeStamped facility severity host app pid msgId structuredData message fault'.split(' ');
const linesWithTraps = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ maxLength: 3000 }),
  fc
    .array(
      fc.constantFrom(
        '<13>',
        '<',
        '>',
        '1 ',
        'Nov 21 10:00:00',
        ' ',
        ':',
        '[',
        ']',
        '"',
        '\\',
        '=',
        'host',
        '- ',
        '%ASA-6-1:',
        '2026-11-21T10:00:00Z',
        '{',
        '}',
        '26: ',
        '\0',
        '\ud800',
        'UTC',
        '*',
        '.',
        'CEF:0|',
        '::1',
        '2026',
        '+01:00',
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join('')),
);

describe('parseSyslog()', () => {
  it('gives a record of one shape for any text, with a whole number for the time', () => {
    fc.assert(
      fc.property(linesWithTraps, (raw) => {
        const record = parse(raw);
        expect(Object.keys(record)).to.deep.equal(keys);
        expect(Number.isInteger(record.time)).to.equal(true);
        if (!raw.startsWith('{')) expect(raw.includes(record.message)).to.equal(true);
        if (!record.timeStamped) expect(record.time).to.equal(receivedAt);
        // Whatever is shown of the line in a fault is harmless on a terminal.
        expect(record.fault ?? '').to.match(/^[\x20-\x7e…]*$/);
      }),
      { numRuns: 3000 },
    );
  });

  it('gives the same record whatever it read before', () => {
    fc.assert(
      fc.property(linesWithTraps, linesWithTraps, (first, second) => {
        const before = parse(first);
        parse(second);
        expect(parse(first)).to.deep.equal(before);
      }),
    );
  });

  for (const end of ['\n', '\r\n', '\0', '\r\n\0', '\n\n']) {
    it(`cuts ${JSON.stringify(end)} off the end`, () => {
      for (const line of ['Nov 21 10:00:00 h app: text', '<13>1 - h a p m - text', 'text', '{"msg":"text"}']) {
        expect(parse(line + end)).to.include({ message: 'text', fault: undefined });
      }
    });
  }

  it('keeps control characters within the message', () => {
    const message = 'a\tb\nc\u001b[31m\u2028d \u202e';
    expect(parse(`<13>Nov 21 10:00:00 h app: ${message}`)).to.include({ message, fault: undefined });
  });

  it('finds fault with an empty frame', () => {
    for (const raw of ['', '\n', '\r\n', '\0', '\ufeff']) {
      expect(parse(raw)).to.include({ message: '', time: receivedAt, timeStamped: false });
      expect(parse(raw).fault).to.contain('empty');
    }
  });

  it('finds fault with NUL bytes and with bytes that are not UTF-8, and reads the line', () => {
    for (const [damage, word] of [
      ['\0', 'NUL'],
      ['\ufffd', 'UTF-8'],
    ] as const) {
      const record = parse(`<13>Nov 21 10:00:00 h app: a${damage}b`);
      expect(record).to.include({ host: 'h', app: 'app', message: `a${damage}b` });
      expect(record.fault).to.contain(word);
    }
  });

  it('ignores a byte order mark before the line', () => {
    expect(parse('\ufeff<13>Nov 21 10:00:00 h app: x')).to.include({
      host: 'h',
      severity: 5,
      message: 'x',
      fault: undefined,
    });
  });

  it('gives whole milliseconds where the time of receipt has a fraction', () => {
    expect(parseSyslog('x', { receivedAt: receivedAt + 0.75 }).time).to.equal(receivedAt);
  });

  it('does not let faults grow with the line', () => {
    const record = parse(`<192>${'\0\ufffd'.repeat(5000)}`);
    expect((record.fault ?? '').length).to.be.within(10, 1000);
  });
});

describe('parseSyslog() takes linear time', () => {
  const pieces = [
    '<13>',
    '[',
    ']',
    '[x a="b"]',
    '[x a="\\"',
    '\\"',
    ' ',
    ':',
    ': ',
    'a:',
    'a[1]:',
    '1 ',
    '9',
    '{',
    '{"a":',
    '-',
    '26: ',
    '%A-1-B: ',
    'Nov 21 10:00:00 ',
    'Nov 21 10:00:00 h ',
    '<13>Nov 21 10:00:00 h ',
    '\0',
    '\r',
    '.',
    'a.',
    '::',
  ];
  const starts = [
    '',
    '<13>',
    '<13>Nov 21 10:00:00 ',
    '<13>Nov 21 10:00:00 h ',
    '<13>1 - - - - - ',
    '<13>1 - - - - - [x a="',
    '2026-11-21T10:00:00.',
    '{',
  ];
  const small = 8_000;

  for (const piece of pieces) {
    it(`with ${JSON.stringify(piece)} over and over`, () => {
      for (const start of starts) {
        const quick = fastest(start + piece.repeat(small / piece.length));
        const slow = fastest(start + piece.repeat((small * 16) / piece.length));
        // Sixteen times the text: quadratic work would take 256 times as long. Below a millisecond it is noise.
        expect(slow, start).to.be.below(Math.max(quick, 0.05) * 16 * 5 + 1);
      }
    });
  }

  function fastest(raw: string): number {
    let best = Infinity;
    for (let run = 0; run < 3; run++) {
      const began = performance.now();
      parse(raw);
      best = Math.min(best, performance.now() - began);
    }
    return best;
  }
});
