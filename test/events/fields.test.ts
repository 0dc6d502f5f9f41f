import { expect } from 'chai';
import { AuditEvent, ErrorEvent, FieldError, NoticeEvent, WarningEvent } from 'tocsin';

const declared = {
  user: 'string',
  failures: 'number',
  ok: 'boolean',
  users: 'strings',
  detail: 'json',
  host: 'string?',
} as const;

const none = {} as const;

class Declared extends NoticeEvent<typeof declared> {
  static override readonly fields = declared;
  get summary(): string {
    return `${this.fields.user} ${this.fields.failures}`;
  }
}

class Plain extends NoticeEvent<typeof none> {
  static override readonly fields = none;
  get summary(): string {
    return 'plain';
  }
}

const values = { user: 'root', failures: 3, ok: true, users: ['a'], detail: { any: [null] } };
const build = (changes: Readonly<Record<string, unknown>>, without?: string): Declared => {
  const all: Record<string, unknown> = { ...values, ...changes };
  return new Declared(Object.fromEntries(Object.entries(all).filter(([name]) => name !== without)) as typeof values);
};

describe('an event', () => {
  it('takes exactly its declared fields', () => {
    expect(build({}).fields).to.deep.equal(values);
    expect(build({ host: 'gw' }).fields.host).to.equal('gw');
    expect(build({ host: undefined }).fields.host).to.equal(undefined);
    expect(new Plain({}).fields).to.deep.equal({});
  });

  const faults: readonly (readonly [string, () => unknown, string])[] = [
    ['a missing field', () => build({}, 'user'), 'Declared needs the field user (string), which is missing'],
    ['an undefined field', () => build({ failures: undefined }), 'Declared needs the field failures (number)'],
    ['an unknown field', () => build({ usr: 'x' }), 'Declared has no field usr; declared are user, failures'],
    ['a field named as one of every object', () => build({ constructor: 1 }), 'Declared has no field constructor'],
    [
      'an unknown field of a class without fields',
      () => new Plain(Object.fromEntries([['a', 1]])),
      'declared are none',
    ],
    ['text for a number', () => build({ failures: '3' }), 'Declared.failures is "3", a number would be right'],
    ['a number that is none', () => build({ failures: Number.NaN }), 'Declared.failures is null, a number'],
    ['an infinite number', () => build({ failures: Number.POSITIVE_INFINITY }), 'Declared.failures'],
    ['a number for text', () => build({ user: 7 }), 'Declared.user is 7, a string'],
    ['null for text', () => build({ user: null }), 'Declared.user is null, a string'],
    ['text for a boolean', () => build({ ok: 'true' }), 'Declared.ok is "true", a boolean'],
    ['a list with a number in it', () => build({ users: ['a', 1] }), 'Declared.users is ["a",1], a strings'],
    ['text for a list', () => build({ users: 'a' }), 'Declared.users is "a", a strings'],
    ['an optional field of another type', () => build({ host: 1 }), 'Declared.host is 1, a string'],
    ['an unknown field beside an absent optional one', () => build({ host: undefined, other: 1 }), 'no field other'],
  ];
  for (const [name, act, message] of faults) {
    it(`refuses ${name}, naming class and field`, () => expect(act).to.throw(FieldError, message));
  }
});

describe('an event class', () => {
  class Failed extends ErrorEvent<typeof none> {
    static readonly auditId = 'test.failed';
    get summary(): string {
      return 'failed';
    }
  }
  class Odd extends WarningEvent<typeof none> {
    get summary(): string {
      return 'odd';
    }
  }
  class Row extends AuditEvent<typeof none> {
    static override readonly auditId = 'test.row';
    static override readonly severity = 'error';
    get summary(): string {
      return 'row';
    }
  }

  it('gives its events their severity and audit id', () => {
    expect(
      [new Failed({}), new Odd({}), new Plain({}), new Row({})].map((event) => [event.severity, event.auditId]),
    ).to.deep.equal([
      ['error', 'test.failed'],
      ['warning', undefined],
      ['notice', undefined],
      ['error', 'test.row'],
    ]);
  });

  it('knows its own name and declarations', () => {
    expect(build({}).class).to.equal(Declared);
    expect(build({}).class.fields).to.equal(declared);
    expect(build({}).summary).to.equal('root 3');
  });

  it('lets the module set the time, and leaves the rest to the stack', () => {
    const event = new Plain({}, { time: 1_763_632_800_000 });
    expect([event.time, event.id, event.module, event.record]).to.deep.equal([1_763_632_800_000, '', '', undefined]);
    expect(new Plain({}).time).to.equal(0);
  });
});
