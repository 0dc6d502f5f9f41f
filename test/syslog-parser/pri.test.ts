import { expect } from 'chai';
import { parse } from './support/said.js';

const rest = 'Nov 21 10:00:00 web01 app: text';
const read = { host: 'web01', app: 'app', message: 'text', timeStamped: true };

const cases: readonly (readonly [string, string | undefined, Record<string, unknown>])[] = [
  [`<0>${rest}`, undefined, { facility: 0, severity: 0, ...read }],
  [`<7>${rest}`, undefined, { facility: 0, severity: 7, ...read }],
  [`<86>${rest}`, undefined, { facility: 10, severity: 6, ...read }],
  [`<191>${rest}`, undefined, { facility: 23, severity: 7, ...read }],
  [`<192>${rest}`, '"<192>"', { facility: undefined, severity: undefined, ...read }],
  [`<999>${rest}`, '"<999>"', { facility: undefined, severity: undefined, ...read }],
  [`<1000>${rest}`, '"<1000>"', { facility: undefined, severity: undefined, ...read }],
  [`<001>${rest}`, 'leading zeros', { facility: 0, severity: 1, ...read }],
  [`<00>${rest}`, 'leading zeros', { facility: 0, severity: 0, ...read }],
  [`<abc>${rest}`, '"<abc>"', { facility: undefined, severity: undefined, ...read }],
  [`<-1>${rest}`, '"<-1>"', { facility: undefined, severity: undefined, ...read }],
  [`<>${rest}`, '"<>"', { facility: undefined, severity: undefined, ...read }],
  ['<192>text', '"<192>"', { facility: undefined, message: 'text' }],
  ['<192>1 2026-11-21T10:00:00Z h a - - - text', '"<192>"', { facility: undefined, host: 'h', message: 'text' }],
  ['<abc>text', '"<abc>"', { message: '<abc>text' }],
  ['<12 text', 'no end', { message: '<12 text' }],
  [`<${'9'.repeat(26)}>${rest}`, '"<999', { facility: undefined, severity: undefined, ...read }],
  [`< 13>${rest}`, '"< 13>"', { facility: undefined, severity: undefined, ...read }],
  [`<13 >${rest}`, '"<13 >"', { facility: undefined, severity: undefined, ...read }],
  ['<1a>1 2026-11-21T10:00:00Z h a - - - text', '"<1a>"', { facility: undefined, host: 'h', message: 'text' }],
  ['<13 >text', '"<13 >"', { message: '<13 >text' }],
  ['<Event xmlns="x">', undefined, { message: '<Event xmlns="x">' }],
  ['<', undefined, { message: '<' }],
  ['<13>', undefined, { facility: 1, severity: 5, message: '' }],
];

describe('parseSyslog() takes facility and severity from the PRI', () => {
  for (const [line, fault, expected] of cases) {
    it(`${line} ${fault === undefined ? '' : '(a fault)'}`, () => {
      const record = parse(line);
      expect(record).to.include(expected);
      if (fault === undefined) expect(record.fault).to.equal(undefined);
      else expect(record.fault).to.contain(fault);
    });
  }
});
