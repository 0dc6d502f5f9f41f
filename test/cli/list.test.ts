import { expect } from 'chai';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';
import { place } from '../support/user-stack.js';

interface Listed {
  readonly name: string;
  readonly from: string;
  readonly description?: string;
  readonly fault?: string;
  readonly modules?: readonly string[];
  readonly options?: readonly { readonly name: string; readonly default?: unknown }[];
}

const userModule = `import { defineModule } from 'tocsin';
import { z } from 'zod';
export default defineModule({
  name: 'mine', description: 'Mine', options: z.strictObject({ limit: z.number().default(3).describe('So many') }),
  create: () => ({}),
});
`;

describe('tocsin stacks, modules, listeners', () => {
  const { dir } = temporaryDirs();
  const list = async (...args: string[]): Promise<Listed[]> => {
    const { stdout, code } = await tocsin([...args, '--json'], { cwd: dir() });
    expect(code).to.equal(0);
    return JSON.parse(stdout) as Listed[];
  };

  it('print what is shipped: name, place, description, options and their defaults', async () => {
    const [stacks, modules, listeners] = await Promise.all([list('stacks'), list('modules'), list('listeners')]);
    const names = (listed: readonly Listed[]): string[] => listed.map(({ name }) => name);
    expect(names(stacks)).to.include.members(['report', 'sshd']);
    expect(stacks.find(({ name }) => name === 'sshd')?.modules).to.deep.equal(['sshd']);
    expect(names(modules)).to.include.members(['report', 'sshd']);
    expect(names(listeners)).to.include.members(['csv-audit', 'event-file', 'logback']);
    const sshd = modules.find(({ name }) => name === 'sshd');
    expect(sshd?.options?.find(({ name }) => name === 'failureLimit')).to.include({ default: 5 });
    for (const { name, from, description } of [...stacks, ...modules, ...listeners]) {
      expect(from, name).to.include(name);
      expect(description, name).to.be.a('string').and.not.equal('');
    }
  });

  it("find the user's own beside the working directory and where they are told to look, TypeScript included", async () => {
    place(dir(), 'modules/mine.ts', userModule);
    place(dir(), 'elsewhere/other.yaml', 'description: Other\nmodules: { mine: {} }\n');
    const { stdout, code } = await tocsin(['modules'], { cwd: dir() });
    expect(stdout).to.match(/^mine {2}Mine\n {2}from .*modules\/mine\.ts\n {2}limit \(default 3\): So many$/m);
    expect(code).to.equal(0);
    const stacks = await list('stacks', '--stack-dir', `${dir()}/elsewhere`);
    expect(stacks.find(({ name }) => name === 'other')).to.include({ description: 'Other' });
  });

  it('show what cannot be used with its fault, and list the rest', async () => {
    place(dir(), 'modules/broken.js', 'export default 7;\n');
    const modules = await list('modules');
    expect(modules.find(({ name }) => name === 'broken')?.fault)
      .to.be.a('string')
      .and.not.equal('');
    expect(modules.find(({ name }) => name === 'sshd')).not.to.have.property('fault');
  });

  it('warn on stderr of a directory that cannot be searched, and keep stdout for data', async () => {
    const { stdout, stderr, code } = await tocsin(['stacks', '--json', '--stack-dir', `${dir()}/none`], { cwd: dir() });
    expect(stderr).to.match(/^tocsin: warning: .*none: ENOENT.*\n$/);
    expect(JSON.parse(stdout)).to.be.an('array');
    expect(code).to.equal(0);
  });
});
