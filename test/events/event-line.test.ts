import { expect } from 'chai';
import { eventLine, NoticeEvent } from 'tocsin';

const fields = { zulu: 'string', alpha: 'json?', mike: 'number?' } as const;

class Odd extends NoticeEvent<typeof fields> {
  static override readonly fields = fields;
  get summary(): string {
    return `saw ${this.fields.zulu}`;
  }
}

class Audited extends Odd {
  static readonly auditId = 'odd.audited';
}

const time = Date.UTC(2026, 10, 20, 10);

describe('eventLine()', () => {
  it('writes the keys and fields of events.jsonl in their order', () => {
    expect(eventLine(new Audited({ mike: 1, zulu: 'z' }, { time }))).to.equal(
      '{"event":"Audited","auditId":"odd.audited","severity":"notice","time":"2026-11-20T10:00:00.000Z","module":"","summary":"saw z","fields":{"zulu":"z","mike":1}}',
    );
  });

  it('leaves out the audit id of other events', () => {
    expect(JSON.parse(eventLine(new Odd({ zulu: 'z' }, { time })))).to.not.have.property('auditId');
  });

  it('escapes what a terminal would act on', () => {
    const line = eventLine(new Odd({ zulu: '\u001b[2J\n\u009b\u007f\u2028\u202e' }, { time }));
    expect(line).to.include('"zulu":"\\u001b[2J\\n\\u009b\\u007f\\u2028\\u202e"');
  });

  it('keeps attacker-named keys as data', () => {
    const alpha: unknown = JSON.parse('{"__proto__":{"polluted":1}}');
    expect(eventLine(new Odd({ zulu: 'z', alpha }, { time }))).to.include('{"__proto__":{"polluted":1}}');
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });
});
