import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { until } from '../support/eventually.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { gather, programPath, surroundings } from '../support/tocsin.js';
import { place } from '../support/user-stack.js';

// Says when it is being loaded, and goes on once the test lets it.
const slowModule = `import { existsSync } from 'node:fs';
import { defineModule } from 'tocsin';
import { z } from 'zod';
console.error('loading');
while (!existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 20));
export default defineModule({
  name: 'slow', description: 'For a test', options: z.strictObject({}), create: () => ({}),
});
`;

describe('tocsin run, while it starts,', function () {
  this.timeout(60_000);
  const { dir } = temporaryDirs();

  const starting = async () => {
    place(dir(), 'modules/slow.mjs', slowModule);
    place(dir(), 'stacks/slow.yaml', 'modules: { slow: {} }\n');
    const args = [programPath, 'run', '--stack', 'slow', '--udp', '127.0.0.1:0'];
    const child = spawn(process.execPath, args, { cwd: dir(), env: surroundings() });
    const said = gather(child.stderr);
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    await until('it loads the module', () => said.text().includes('loading'));
    return { child, said, ended };
  };

  it('keeps SIGHUP and SIGUSR2 for when it is ready', async () => {
    const { child, said, ended } = await starting();
    child.kill('SIGHUP');
    child.kill('SIGUSR2');
    place(dir(), 'go', '');
    await until('both are done', () => /SIGHUP: files reopened/u.test(said.text()) && /^\{$/mu.test(said.text()));
    child.kill('SIGTERM');
    expect(await ended).to.deep.equal([0, null]);
  });

  it('ends at once at SIGTERM', async () => {
    const { child, ended } = await starting();
    child.kill('SIGTERM');
    expect(await ended).to.deep.equal([143, null]);
  });
});
