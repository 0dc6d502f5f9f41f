import { expect } from 'chai';
import { AuditEvent } from '../../src/events/event.js';
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
});
