import { expect } from 'chai';
import { describeForms } from './support/forms.js';
import { parse, receivedAt } from './support/said.js';

const at = '2003-10-11T22:14:15.003Z';
const host = 'mymachine.example.com';

describeForms('parseSyslog() reads RFC 5424', [
  [
    'example 1 of §6.5, with BOM',
    "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed",
    { at, facility: 4, severity: 2, host, app: 'su', msgId: 'ID47', message: "'su root' failed" },
  ],
  [
    'example 2',
    "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time",
    {
      at: '2003-08-24T12:14:15.000Z',
      facility: 20,
      severity: 5,
      host: '192.0.2.1',
      app: 'myproc',
      pid: '8710',
      message: "%% It's time",
    },
  ],
  [
    'example 3',
    '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Application"] \ufeffAn application',
    {
      at,
      facility: 20,
      severity: 5,
      host,
      app: 'evntslog',
      msgId: 'ID47',
      structuredData: { 'exampleSDID@32473': { iut: '3', eventSource: 'Application' } },
      message: 'An application',
    },
  ],
  [
    'example 4: two elements, no message',
    '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [a@1 iut="3"][b@1 class="high"]',
    {
      at,
      facility: 20,
      severity: 5,
      host,
      app: 'evntslog',
      msgId: 'ID47',
      structuredData: { 'a@1': { iut: '3' }, 'b@1': { class: 'high' } },
      message: '',
    },
  ],
  ['nil everywhere', '<0>1 - - - - - -', { facility: 0, severity: 0, message: '' }],
  ['an empty message', '<191>1 - - - - - - ', { facility: 23, severity: 7, message: '' }],
  ['spaces of the message', '<13>1 - - - - - -  two spaces ', { facility: 1, severity: 5, message: ' two spaces ' }],
  [
    'an element without parameters',
    '<13>1 - - - - - [x] m',
    { facility: 1, severity: 5, structuredData: { x: {} }, message: 'm' },
  ],
  [
    'escapes, and a backslash that is none',
    '<13>1 - - - - - [x a="\\"q\\" \\\\ \\] \\n" b=""] m',
    { facility: 1, severity: 5, structuredData: { x: { a: '"q" \\ ] \\n', b: '' } }, message: 'm' },
  ],
  [
    'a space behind structured data belongs to neither',
    '<13>1 - - - - - [x a="b"] [y c="d"]',
    { facility: 1, severity: 5, structuredData: { x: { a: 'b' } }, message: '[y c="d"]' },
  ],
  [
    'structured data in the message stays there',
    '<13>1 - - - - - - [x a="b"] m',
    { facility: 1, severity: 5, message: '[x a="b"] m' },
  ],
  [
    'a parameter given twice',
    '<13>1 - - - - - [origin ip="192.0.2.1" ip="192.0.2.129"] m',
    { facility: 1, severity: 5, structuredData: { origin: { ip: '192.0.2.1,192.0.2.129' } }, message: 'm' },
  ],
  [
    'any precision',
    '<13>1 2003-10-11T22:14:15.003999999999Z - - - - - m',
    { at, facility: 1, severity: 5, message: 'm' },
  ],
  [
    'one digit',
    '<13>1 2003-10-11T22:14:15.5Z - - - - - m',
    { at: '2003-10-11T22:14:15.500Z', facility: 1, severity: 5, message: 'm' },
  ],
  [
    'no fraction',
    '<13>1 2003-10-11T22:14:15+14:00 - - - - - m',
    { at: '2003-10-11T08:14:15.000Z', facility: 1, severity: 5, message: 'm' },
  ],
  [
    'an offset with minutes',
    '<13>1 2003-10-11T22:14:15-09:30 - - - - - m',
    { at: '2003-10-12T07:44:15.000Z', facility: 1, severity: 5, message: 'm' },
  ],
  [
    'a leap second',
    '<13>1 2016-12-31T23:59:60.7Z - - - - - m',
    { at: '2017-01-01T00:00:00.000Z', facility: 1, severity: 5, message: 'm' },
  ],
  [
    'a leap day',
    '<13>1 2000-02-29T00:00:00Z - - - - - m',
    { at: '2000-02-29T00:00:00.000Z', facility: 1, severity: 5, message: 'm' },
  ],
  [
    'a file without PRI',
    '1 2003-10-11T22:14:15.003Z h a p m - text',
    { at, host: 'h', app: 'a', pid: 'p', msgId: 'm', message: 'text' },
  ],
  [
    'IPv6 host',
    '<13>1 - 2001:db8::1 app 1 - - m',
    { facility: 1, severity: 5, host: '2001:db8::1', app: 'app', pid: '1', message: 'm' },
  ],
  ['a text that begins with 1, no PRI', '1 of 5 users are logged - x', { message: '1 of 5 users are logged - x' }],
  ['a text that begins with 1', '<13>1 hello there', { facility: 1, severity: 5, message: '1 hello there' }],
]);

const faulty: readonly (readonly [string, string, Record<string, unknown>])[] = [
  [
    '<13>1 2003-02-29T00:00:00Z h a p m - text',
    '2003-02-29',
    { time: receivedAt, timeStamped: false, host: 'h', message: 'text' },
  ],
  [
    '<13>1 2003-10-11T24:00:00Z h a p m - text',
    'T24:00:00',
    { time: receivedAt, timeStamped: false, host: 'h', message: 'text' },
  ],
  [
    '<13>1 2003-10-11T22:14:61Z h a p m - text',
    '14:61',
    { time: receivedAt, timeStamped: false, host: 'h', message: 'text' },
  ],
  [
    '<13>1 2003-10-11T22:14:15+25:00 h a p m - text',
    '+25:00',
    { time: receivedAt, timeStamped: false, host: 'h', message: 'text' },
  ],
  [
    '<13>1 yesterday h a p m - text',
    'yesterday',
    { time: receivedAt, timeStamped: false, host: 'h', app: 'a', message: 'text' },
  ],
  ['<13>1 2003-10-11T22:14:15 h a p m - text', 'no offset', { timeStamped: true, host: 'h', message: 'text' }],
  ['<13>1 2003-10-11 22:14:15Z h a p m - text', '"T"', { timeStamped: true, host: 'h', app: 'a', message: 'text' }],
  ['<13>1 2003-10-11T22:14:15.Z h a p m - text', 'does not end', { timeStamped: true, host: 'h', message: 'text' }],
  ['<13>2 2003-10-11T22:14:15Z h a p m - text', 'version "2"', { timeStamped: true, host: 'h', message: 'text' }],
  ['<13>1 2003-10-11T22:14:15Z h a', 'ends early', { timeStamped: true, host: 'h', app: 'a', message: 'h a' }],
  ['<13>1 2003-10-11T22:14:15Z', 'ends early', { timeStamped: true, host: undefined, message: '' }],
  ['<13>1 - h a p m text without nil', 'is missing', { host: 'h', msgId: 'm', message: 'text without nil' }],
  ['<13>1 - h a p m [x a="b" text', 'cannot be read', { structuredData: undefined, message: '[x a="b" text' }],
  ['<13>1 - h a p m [x a=b] text', 'name="value"', { structuredData: undefined, message: '[x a=b] text' }],
  ['<13>1 - h a p m [x a="b', 'name="value"', { structuredData: undefined, message: '[x a="b' }],
  ['<13>1 - h a p m [] text', 'no id', { structuredData: undefined, message: '[] text' }],
  ['<13>1 - h a p m [x a="b"]text', 'space is missing', { message: 'text' }],
  ['<13>1 - h a p m [x a="b"][x c="d"] text', 'two elements "x"', { message: 'text' }],
];

describe('parseSyslog() says what is wrong with RFC 5424 and reads the rest', () => {
  for (const [line, fault, expected] of faulty) {
    it(line, () => {
      const record = parse(line);
      expect(record).to.include(expected);
      expect(record.fault).to.contain(fault);
    });
  }

  it('keeps names such as __proto__ as they are and pollutes nothing', () => {
    const data = parse(
      '<13>1 - - - - - [__proto__ polluted="yes" __proto__="x"][constructor prototype="y"] m',
    ).structuredData;
    expect(Object.keys(data ?? {})).to.deep.equal(['__proto__', 'constructor']);
    expect(Object.entries(data?.['__proto__'] ?? {})).to.deep.equal([
      ['polluted', 'yes'],
      ['__proto__', 'x'],
    ]);
    expect(Object.getPrototypeOf(data)).to.equal(null);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });
});
