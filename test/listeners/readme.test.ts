import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { ListenerDefinition } from 'tocsin';
import type { z } from 'zod';
import csvAudit from '../../listeners/csv-audit.js';
import eventFile from '../../listeners/event-file.js';
import logback from '../../listeners/logback.js';
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
  for (const { name, options } of [logback, csvAudit, eventFile]) {
    it(`lists every option of ${name} with its default`, () => {
      const { shape } = options as unknown as { shape: Record<string, z.ZodType> };
      const defaults = options.parse({}) as Record<string, string | number | boolean | undefined>;
      for (const option of Object.keys(shape)) {
        const value = defaults[option];
        expect(section(name)).to.include(`| \`${option}\` | ${value === undefined ? 'none' : `\`${value}\``} |`);
      }
    });
  }

  describe('its example', () => {
    listenerContract({ name: 'plain-file', definition: example, withoutDirectory: 'keeps' });
  });
});
