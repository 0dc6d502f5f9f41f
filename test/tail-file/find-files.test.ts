import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { FileFinder } from '../../src/tail-file/index.js';
import { newDirectory } from './follow.js';

describe('FileFinder', () => {
  let directory: ReturnType<typeof newDirectory>;
  beforeEach(() => {
    directory = newDirectory();
    for (const name of ['a.log', 'b.log', 'b.txt', '.hidden.log', 'x/a.log', 'x/y/deep.log', 'z[1].log', '.x/a.log']) {
      const file = path.join(directory.path, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, '');
    }
    fs.mkdirSync(path.join(directory.path, 'directory.log'));
    fs.symlinkSync('/nowhere/at/all', path.join(directory.path, 'dangling.log'));
    fs.symlinkSync('.', path.join(directory.path, 'x', 'circle'));
  });
  afterEach(() => directory.remove());
  const find = async (pattern: string, most = 100): Promise<readonly string[]> => {
    const { paths } = await new FileFinder(`${directory.path}/${pattern}`, most).find();
    return paths.map((found) => path.relative(directory.path, found));
  };

  const table: readonly (readonly [string, readonly string[]])[] = [
    ['*.log', ['a.log', 'b.log', 'dangling.log', 'z[1].log']],
    ['*/a.log', ['x/a.log']],
    ['**/*.log', ['a.log', 'b.log', 'dangling.log', 'x/a.log', 'x/y/deep.log', 'z[1].log']],
    ['x/**', ['x/a.log', 'x/y/deep.log']],
    ['**/y/*', ['x/y/deep.log']],
    ['{a,b}.{log,txt}', ['a.log', 'b.log', 'b.txt']],
    ['a.log', ['a.log']],
    ['none.log', []],
    ['none/*.log', []],
    ['z[1].log', ['z[1].log']],
  ];
  for (const [pattern, expected] of table) {
    it(`finds ${expected.join(', ') || 'nothing'} for ${pattern}`, async () => {
      expect(await find(pattern)).to.deep.equal(expected);
    });
  }

  it('names, of all paths below, those it would find', async () => {
    const below = fs.readdirSync(directory.path, { recursive: true, withFileTypes: true });
    const files = below
      .filter((entry) => !entry.isDirectory())
      .map(({ parentPath, name }) => path.join(parentPath, name));
    const all = [
      ...files,
      path.join(directory.path, 'x/circle/a.log'),
      path.join(directory.path, 'x/circle/y/deep.log'),
    ];
    for (const [pattern, expected] of table.filter(([each]) => each !== 'z[1].log')) {
      const finder = new FileFinder(`${directory.path}/${pattern}`, 100);
      const named = (await finder.named(all)).map((each) => path.relative(directory.path, each));
      expect(named.filter((each) => each !== 'x/circle').toSorted(), pattern).to.deep.equal(expected);
    }
  });

  it('finds no more than it may, and says so', async () => {
    const { paths, tooMany } = await new FileFinder(`${directory.path}/**`, 3).find();
    expect(paths).to.have.length(3);
    expect(tooMany).to.equal(true);
  });

  it('knows what is to be watched', () => {
    const finder = new FileFinder('/var/log/*/app-*.log', 10);
    expect(finder.roots).to.deep.equal(['/var/log']);
    expect(finder.depth).to.equal(1);
    expect(finder.mayName('app-1.log')).to.equal(true);
    expect(finder.mayName('other.log')).to.equal(false);
    expect(new FileFinder('/var/log/**/x', 10).depth).to.equal(undefined);
    expect(new FileFinder('/var/log/x', 10).roots).to.deep.equal(['/var/log']);
  });
});
