import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { ListenerDefinition } from 'tocsin';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import csvAudit from '../../listeners/csv-audit.js';
import email from '../../listeners/email.js';
import eventFile from '../../listeners/event-file.js';
import logback from '../../listeners/logback.js';
import webhook from '../../listeners/webhook.js';
import { signatureHeaders } from '../../listeners/webhook/signature.js';
import { listenerContract } from '../contracts/listener.js';

const readme = readFileSync(new URL('../../listeners/README.md', import.meta.url), 'utf8');
const section = (heading: string): string =>
  readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';

/** Runs the example as a file of the project, so that it finds `tocsin` as a listener does. */
const exampleOf = async (heading: string): Promise<ListenerDefinition> => {
  const source = /```ts\n(.*?)```/s.exec(section(heading))?.[1];
  if (source === undefined) throw new Error(`listeners/README.md has no example under ${heading}`);
  const dir = new URL(`./.readme-${process.pid}/`, import.meta.url);
  mkdirSync(dir);
  try {
    writeFileSync(new URL('plain-file.ts', dir), source);
    const { default: definition } = (await import(new URL('plain-file.ts', dir).href)) as {
      default: ListenerDefinition;
    };
    return definition;
  } finally {
    rmSync(dir, { recursive: true });
  }
};

const example = await exampleOf('Write your own');

describe('listeners/README.md', () => {
  for (const { name, options } of [logback, csvAudit, eventFile, webhook, email]) {
    it(`lists every option of ${name} with its default`, () => {
      const { properties = {}, required = [] } = z.toJSONSchema(options as z.ZodType, {
        io: 'input',
        unrepresentable: 'any',
      });
      for (const [option, schema] of Object.entries(properties)) {
        const { default: value } = schema as { readonly default?: unknown };
        const shown = typeof value === 'string' ? value : JSON.stringify(value);
        const absent = required.includes(option) ? 'required' : 'none';
        expect(section(name)).to.include(`| \`${option}\` | ${value === undefined ? absent : `\`${shown}\``} |`);
      }
    });
  }

  for (const definition of [webhook, email]) {
    it(`has an example of ${definition.name} that is right, but for where its secrets are`, () => {
      process.env['TOCSIN_TEST_SECRET'] = 'https://example.net/secret';
      const source = /```yaml\n(.*?)```/s.exec(section(definition.name))?.[1] ?? '';
      const here = source.replaceAll(/\{ (?:file|env): .*? \}/g, '{ env: TOCSIN_TEST_SECRET }');
      const { listeners } = parseYaml(here) as { listeners: Record<string, Record<string, unknown>> };
      expect(Object.keys(listeners)).to.include(definition.name);
      for (const given of Object.values(listeners)) {
        const own = Object.entries(given).filter(([key]) => !['use', 'when', 'maxAge'].includes(key));
        const options = Object.fromEntries(own);
        expect(definition.options.safeParse(options).error?.issues).to.equal(undefined);
      }
      delete process.env['TOCSIN_TEST_SECRET'];
    });
  }

  it('shows how a receiver checks a signature', async () => {
    const source = /```js\n(.*?)```/s.exec(section('webhook'))?.[1] ?? '';
    type IsGenuine = (headers: Record<string, string>, body: string, key: string, now?: number) => boolean;
    const { isGenuine } = (await import(`data:text/javascript,${encodeURIComponent(source)}`)) as {
      isGenuine: IsGenuine;
    };
    const [now, key, body] = [Date.UTC(2026, 10, 20), 'a key', '{"a":1}'];
    const headers = signatureHeaders(Buffer.from(key), { id: '1-0-5', time: now / 1000, body: Buffer.from(body) });
    expect(isGenuine(headers, body, key, now)).to.equal(true);
    expect(isGenuine(headers, body, key, now + 400_000)).to.equal(false);
    expect(isGenuine(headers, `${body} `, key, now)).to.equal(false);
    expect(isGenuine(headers, body, 'another', now)).to.equal(false);
    expect(isGenuine({ ...headers, 'webhook-id': '2-0-5' }, body, key, now)).to.equal(false);
    expect(isGenuine({ 'webhook-timestamp': String(now / 1000) }, body, key, now)).to.equal(false);
  });

  describe('its example', () => {
    listenerContract({ name: 'plain-file', definition: example, withoutDirectory: 'keeps' });
  });
});
