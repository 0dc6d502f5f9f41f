import { expect } from 'chai';
import { NoticeEvent, renderHtml, renderText } from 'tocsin';
import { TemplateError } from '../../src/events/render.js';

const fields = { user: 'string', users: 'strings', detail: 'json', host: 'string?' } as const;

abstract class Base extends NoticeEvent<typeof fields> {
  static override readonly fields = fields;
  get summary(): string {
    return `summary of ${this.fields.user}`;
  }
}

const given = { user: 'root', users: ['a', 'b'], detail: {} };
const time = Date.UTC(2026, 10, 20, 10);
const textOf = (text: string, values: Partial<Base['fields']> = {}): string => {
  class Shown extends Base {
    static readonly text = text;
  }
  return renderText(new Shown({ ...given, ...values }, { time }));
};
const htmlOf = (html: string, values: Partial<Base['fields']> = {}): string | undefined => {
  class Shown extends Base {
    static readonly html = html;
  }
  return renderHtml(new Shown({ ...given, ...values }, { time }));
};

describe('renderText()', () => {
  it('gives the summary of a class without a template, its control characters escaped', () => {
    class Plain extends Base {}
    expect(renderText(new Plain({ ...given, user: 'a\nb' }))).to.equal('summary of a\\x0ab');
  });

  it('fills in fields, summary, time, module and record', () => {
    class Shown extends Base {
      static readonly text = '{{ fields.users | join("+") }} {{ summary }} {{ time }} {{ module }} {{ record.host }}\n';
    }
    const event = Object.assign(new Shown(given, { time }), { module: 'sshd', record: { host: 'gw' } });
    expect(renderText(event)).to.equal('a+b summary of root 2026-11-20T10:00:00.000Z sshd gw');
  });

  it('breaks lines where the template does, and nowhere else', () => {
    expect(textOf('one {{ fields.user }}\ntwo', { user: 'x\nforged \u001b[2J' })).to.equal(
      'one x\\x0aforged \\x1b[2J\ntwo',
    );
    expect(textOf('{{ fields.detail.a[0] }}', { detail: { a: ['\r\n'] } })).to.equal('\\x0d\\x0a');
    expect(textOf('{% for k in fields.detail %}{{ k }}{% endfor %}', { detail: ['\u2028'] })).to.equal('\\u{2028}');
    expect(textOf('{% for k, v in fields.detail %}{{ k }}={{ v }}{% endfor %}', { detail: { '\n': 1 } })).to.equal(
      '\\x0a=1',
    );
  });

  it('does not read a value as a template', () => {
    expect(textOf('{{ fields.user }}', { user: '{{ 7 * 7 }}{% raw %}' })).to.equal('{{ 7 * 7 }}{% raw %}');
  });

  it('does not escape for HTML', () => expect(textOf('{{ fields.user }}', { user: '<a&b>' })).to.equal('<a&b>'));

  it('throws a typed error naming class and cause where something shown is absent', () => {
    expect(() => textOf('{{ fields.host }}')).to.throw(TemplateError, /text template of Shown.*null or undefined/);
    expect(() => textOf('{{ record.host }}')).to.throw(TemplateError);
    expect(textOf('{{ fields.host | default("-") }}{% if fields.host %}x{% endif %}')).to.equal('-');
  });

  it('shows values nested endlessly down to a bound', () => {
    let detail: unknown = 'deep';
    for (let n = 0; n < 5000; n += 1) detail = [detail];
    expect(textOf('{{ fields.detail | dump }}', { detail })).to.equal(`${'['.repeat(15)}"…"${']'.repeat(15)}`);
  });

  it('keeps attacker-named keys as data', () => {
    const detail: unknown = JSON.parse('{"__proto__":{"polluted":"yes"},"toString":"x"}');
    expect(() => textOf('{{ fields.detail }}', { detail })).to.throw(TemplateError);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });
});

describe('renderHtml()', () => {
  it('gives nothing for a class without a template', () => {
    class Plain extends Base {}
    expect(renderHtml(new Plain(given))).to.equal(undefined);
  });

  it('escapes every value for HTML, and control characters with it', () => {
    const user = `<script>alert("1")</script>'&\u202e`;
    expect(htmlOf('<b title="{{ fields.user }}">', { user })).to.equal(
      '<b title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;&#92;u{202e}">',
    );
  });
});
