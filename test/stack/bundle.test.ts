import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { defineModule } from '../../src/index.js';
import { bundleFile, linkBundle } from '../../src/stack/bundle.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { place } from '../support/user-stack.js';

const code = `
import { defineModule } from 'tocsin';
import { z } from 'zod';
import { greeting } from './greeting.ts';
export { defineModule };
export const said: string = greeting + ' "tocsin-program:other"';
export const schema = z.string();
`;

describe('bundleFile() and linkBundle()', () => {
  const { dir } = temporaryDirs();

  it('give code that leads to this program’s own copies, with what it imports inside', async () => {
    const file = place(dir(), 'modules/mine.ts', code);
    place(dir(), 'modules/greeting.ts', 'export const greeting: string = "hello";');
    const bundle = await bundleFile(file, join(dir(), 'cache'));
    const mine = (await import(linkBundle(bundle, join(dir(), 'cache')))) as Record<string, unknown>;
    expect(mine['defineModule']).to.equal(defineModule);
    expect(mine['said']).to.equal('hello "tocsin-program:other"');
  });

  it('leave classes their names, by which events go, also where a class names itself', async () => {
    const file = place(dir(), 'modules/mine.ts', 'export class Seen { static of(): Seen { return new Seen(); } }');
    const bundle = await bundleFile(file, join(dir(), 'cache'));
    const { Seen } = (await import(linkBundle(bundle, join(dir(), 'cache')))) as { Seen: { readonly name: string } };
    expect(Seen.name).to.equal('Seen');
  });

  it('keep no place of this program in the bundle: it is the same under every installation', async () => {
    const file = place(dir(), 'modules/mine.mjs', 'export { defineModule } from "tocsin"; export { z } from "zod";');
    const text = readFileSync(await bundleFile(file, join(dir(), 'cache')), 'utf8');
    expect(text).to.include('"tocsin-program:tocsin"').and.include('"tocsin-program:zod"');
    expect(text).not.to.include('file://');
  });

  it('name both by their content', async () => {
    const file = place(dir(), 'modules/mine.mjs', 'export const n = 1;');
    const first = await bundleFile(file, join(dir(), 'cache'));
    expect(await bundleFile(file, join(dir(), 'cache'))).to.equal(first);
    place(dir(), 'modules/mine.mjs', 'export const n = 2;');
    const second = await bundleFile(file, join(dir(), 'cache'));
    expect(second).not.to.equal(first);
    expect(linkBundle(second, join(dir(), 'cache'))).not.to.equal(linkBundle(first, join(dir(), 'cache')));
  });
});
