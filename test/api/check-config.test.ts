import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkConfig } from '../../src/api/check-config.js';
import { configChecker } from '../../src/api/config-checker.js';
import type { ResolvedEntry } from '../../src/stack/resolve-entry.js';
import { temporaryDirs } from '../support/temporary-dir.js';

const dsiem: ResolvedEntry = {
  name: 'dsiem',
  use: 'dsiem',
  url: new URL('../../modules/dsiem.ts', import.meta.url).href,
  options: {},
};

const rule = (stage: number): object => ({
  name: 'a rule',
  type: 'PluginRule',
  stage,
  plugin_id: 1001,
  plugin_sid: [1],
  occurrence: 1,
  from: 'ANY',
  to: 'ANY',
  reliability: 5,
  timeout: 60,
});
const directives = (id: number, more: object = {}): string =>
  JSON.stringify({
    directives: [{ id, name: 'x', priority: 3, kingdom: 'k', category: 'c', rules: [rule(1), rule(2)], ...more }],
  });

describe('checkConfig()', () => {
  const { dir } = temporaryDirs();
  const check = (name: string, text: string, modules = [dsiem]): Promise<string[]> =>
    checkConfig({ modules, dir: dir(), name, text });

  it('finds nothing wrong with what would start', async () => {
    expect(await check('directives_a.json', directives(1))).to.deep.equal([]);
    const assets = '{"assets":[{"name":"net","cidr":"192.0.2.0/24","value":2}]}';
    expect(await check('assets_a.json', assets)).to.deep.equal([]);
  });

  it('gives every fault, with line and column, and the name as it was sent', async () => {
    const faults = await check('directives_a.json', directives(1, { priority: 9, category: '' }));
    expect(faults).to.have.length(2);
    for (const fault of faults)
      expect(fault).to.match(/^directives_a\.json:1:\d+ directives\[0\]\.\w+: .* would be right$/);
    expect(await check('directives_a.json', '{')).to.have.length(1);
    expect(await check('intel_a.json', '{"intel_sources":5}')).to.have.length(1);
  });

  it('refuses names that nobody reads, and says which ones are read', async () => {
    const [fault] = await check('notes.json', '{}');
    expect(fault).to.equal(
      'notes.json: no running module reads a file of this name; ' +
        'directives_*.json, assets_*.json, intel_*.json, vuln_*.json would be right',
    );
    expect(await check('directives_a.json', directives(1), [])).to.have.length(1);
  });

  it('sees what is wrong only together with the files beside it', async () => {
    writeFileSync(join(dir(), 'directives_b.json'), directives(1));
    const faults = await check('directives_a.json', directives(1));
    expect(faults.join()).to.match(/1 is the id of .*directives_a\.json directives\[0\], too/);
    expect(await check('directives_b.json', directives(1)), 'in place of itself').to.deep.equal([]);
  });

  it('holds nothing against a file that was wrong before', async () => {
    writeFileSync(join(dir(), 'directives_b.json'), '{');
    writeFileSync(join(dir(), 'directives_c.json'), '{');
    expect(await check('directives_b.json', directives(1))).to.deep.equal([]);
  });
});

describe('configChecker()', () => {
  const check = (code: string): Promise<readonly string[]> => {
    const thread = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
    return configChecker({ modules: [dsiem], dir: '/config' }, thread)('a.json', '{}');
  };
  const threads = "import { parentPort, workerData } from 'node:worker_threads';";

  it('asks a thread of its own', async () => {
    const faults = await check(`${threads} parentPort.postMessage([workerData.dir, workerData.name, workerData.text])`);
    expect(faults).to.deep.equal(['/config', 'a.json', '{}']);
  });

  it('refuses where the thread fails or says nothing', async () => {
    expect(await check("throw new Error('out of order')")).to.deep.equal([
      'a.json: could not be checked: out of order',
    ]);
    const [silent] = await check('process.exit(3)');
    expect(silent).to.equal('a.json: could not be checked: its thread ended with code 3');
  });
});
