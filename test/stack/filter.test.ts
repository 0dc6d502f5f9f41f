import { expect } from 'chai';
import { AuditEvent } from '../../src/events/event.js';
import { createPatternCheck } from '../../src/pattern-check/pattern-check.js';
import { compileFilter } from '../../src/stack/filter.js';

class Tried extends AuditEvent<typeof Tried.fields> {
  static override readonly auditId = 'test.tried';
  static override readonly severity = 'error' as const;
  static override readonly fields = { addr: 'string', tries: 'number' } as const;
  get summary(): string {
    return `${this.fields.addr} tried`;
  }
}

describe('compileFilter()', () => {
  const event = new Tried({ addr: '10.0.0.1', tries: 3 }, { time: Date.UTC(2026, 0, 1, 12) });
  const gives = (expression: string): boolean => {
    const compiled = compileFilter(expression);
    if ('fault' in compiled) throw new Error(compiled.fault);
    return compiled.filter(event);
  };

  const table: [string, boolean][] = [
    ['event.audit', true],
    ['event.class == "Tried"', true],
    ['event.severity in ["error", "warning"]', true],
    ['event.auditId == "test.tried" && event.fields.tries > 2', true],
    ['event.fields.tries > 3', false],
    ['event.fields.addr.startsWith("10.")', true],
    ['event.time.getHours() == 12', true],
    ['record.host == ""', true],
    ['has(event.fields.port)', false],
  ];
  for (const [expression, expected] of table) {
    it(`${expression} is ${expected}`, () => expect(gives(expression)).to.equal(expected));
  }

  it('throws, never says no, where an event has not the field it asks for', () => {
    expect(() => gives('event.fields.port == 22')).to.throw();
  });

  it('refuses regular expressions that a line could make slow, that events could write, or that are none', () => {
    const check = createPatternCheck();
    const faultOf = (expression: string): string | undefined => {
      const compiled = compileFilter(expression, check);
      return 'fault' in compiled ? compiled.fault : undefined;
    };
    expect(faultOf("event.audit && event.summary.matches('(a+)+$')")).to.match(
      /^matches\("\(a\+\)\+\$"\) is refused: it takes/u,
    );
    expect(faultOf("[1].exists(x, record.message.matches('^(x|x)*$'))")).to.include('is refused');
    expect(faultOf('record.message.matches(event.summary)')).to.include('a pattern that is not written out');
    expect(faultOf("record.message.matches('(')")).to.include('matches has no pattern: Invalid regular expression');
    expect(faultOf("event.summary.matches('^[a-z]+ failed') || record.host.matches('db')")).to.equal(undefined);
  });
});
