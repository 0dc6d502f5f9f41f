import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readDsiemEnvironment } from '../../src/cli/dsiem-env.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';
import { place } from '../support/user-stack.js';

const root = join(import.meta.dirname, '../..');

describe('docs/dsiem.md', () => {
  const { dir } = temporaryDirs();
  const text = readFileSync(join(root, 'docs/dsiem.md'), 'utf8');

  it('shows files of lookup sources that the program takes without fault or warning', async () => {
    const pieces = text.split('```json\n');
    const files = pieces
      .slice(1)
      .map((piece, n) => [
        [...(pieces[n] ?? '').matchAll(/`((?:intel|vuln)_[a-z]+\.json)`/gu)].at(-1)?.[1] ?? '',
        piece.slice(0, piece.indexOf('```')),
      ]);
    expect(files.map(([name]) => name)).to.deep.equal(['intel_wise.json', 'vuln_nesd.json', 'intel_lists.json']);
    for (const [name = '', json = ''] of files) place(dir(), `configs/${name}`, json);
    place(dir(), 'configs/bad.txt', '192.0.2.1 seen before\n');
    place(dir(), 'configs/bad.csv', 'ip,why\n192.0.2.2,scans\n');
    for (const shipped of ['directives_network.json', 'assets_private_networks.json']) {
      place(dir(), `configs/${shipped}`, readFileSync(join(root, 'stacks/dsiem', shipped), 'utf8'));
    }
    const { code, stderr } = await tocsin(['check', '--stack', 'dsiem', '--config-dir', 'configs'], { cwd: dir() });
    expect([code, stderr]).to.deep.equal([0, '']);
  });

  it('names only variables that are known, and says of each that changes nothing that it does', () => {
    const rows = [...text.matchAll(/^\| (`DSIEM_[^|]+) \| ([^|]+) \|$/gmu)];
    expect(rows).to.have.length.at.least(10);
    for (const [, names = '', here = ''] of rows) {
      for (const [, name = ''] of names.matchAll(/`(\w+)`/gu)) {
        const { notices } = readDsiemEnvironment({ [name]: 'true' });
        const { notices: numbers } = readDsiemEnvironment({ [name]: '5' });
        const noticed = [...notices, ...numbers];
        expect(noticed.join(), name).not.to.include('is not known');
        expect(noticed.length > 0, name).to.equal(here.startsWith('a notice'));
      }
    }
  });
});
