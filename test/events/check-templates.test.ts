import { expect } from 'chai';
import { checkTemplates, NoticeEvent } from 'tocsin';

const fields = { user: 'string', list: 'strings', host: 'string?' } as const;

const faultsOf = (text: string, html?: string): readonly string[] => {
  class Shown extends NoticeEvent<typeof fields> {
    static override readonly fields = fields;
    static readonly text = text;
    get summary(): string {
      return '';
    }
  }
  return checkTemplates(html === undefined ? Shown : Object.assign(Shown, { html }));
};

describe('checkTemplates()', () => {
  const right: readonly string[] = [
    'plain',
    '{{ fields.user }} {{ fields["user"] }} {{ fields[summary] }} {{ summary | upper }} {{ time }} {{ module }} {{ record.host }}',
    '{% for one in fields.list %}{{ loop.index }} {{ one }}{% else %}none{% endfor %}',
    '{% for key, value in record.structuredData %}{{ key }}{{ value }}{% endfor %}',
    '{% set a = fields.user %}{{ a }}{% set b %}x{% endset %}{{ b }}',
    '{% macro show(one, two="x") %}{{ one }}{{ two }}{% endmacro %}{{ show(fields.user, two="y") }}',
    '{% if fields.host %}{{ fields.host }}{% endif %}{{ fields.host or "-" }}{{ fields.host | default("-") }}',
    '{{ "x" if fields.host is defined else "y" }}{{ {a: 1} | dump }}{% for n in range(2) %}{{ n }}{% endfor %}',
    '{% block body %}{{ fields.user }}{% endblock %}{% filter upper %}x{% endfilter %}',
  ];
  for (const text of right) it(`finds nothing wrong with ${text}`, () => expect(faultsOf(text)).to.deep.equal([]));

  const wrong: readonly (readonly [string, string])[] = [
    ['a\n {{ fields.usr }}', 'Shown.text:2:12: there is no field usr; declared are user, list, host'],
    ['{% if false %}{{ fields["usr"] }}{% endif %}', 'Shown.text:1:25: there is no field usr'],
    ['{{ fields.constructor }}', 'Shown.text:1:11: there is no field constructor'],
    ['{{ sumary }}', 'Shown.text:1:4: there is no sumary; fields, summary, time, module and record would be right'],
    ['{{ summary | shout }}', 'Shown.text:1:14: there is no filter shout'],
    ['{% include "other" %}', 'Shown.text:1:4: there are no other templates'],
    ['{% extends "other" %}', 'Shown.text:1:4: there are no other templates'],
    ['{% import "other" as o %}', 'Shown.text:1:4: there are no other templates'],
    ['{{ fields.host }}', 'Shown.text:1:11: the field host may be absent; {% if fields.host %}'],
    ['{% for one in fields.list %}', 'Shown.text: '],
    ['{{ fields.user', 'Shown.text: '],
  ];
  for (const [text, fault] of wrong) {
    it(`finds the fault of ${JSON.stringify(text)}`, () => {
      expect(faultsOf(text)).to.have.length(1);
      expect(faultsOf(text)[0])
        .to.include(fault)
        .and.include(fault.endsWith(': ') ? 'would be right' : '');
    });
  }

  it('finds all faults of both templates', () => {
    expect(faultsOf('{{ a }}{{ b }}', '{{ fields.c }}')).to.have.length(3);
  });

  it('finds nothing wrong with a class without templates', () => {
    class Plain extends NoticeEvent<typeof fields> {
      static override readonly fields = fields;
      get summary(): string {
        return '';
      }
    }
    expect(checkTemplates(Plain)).to.deep.equal([]);
  });
});
