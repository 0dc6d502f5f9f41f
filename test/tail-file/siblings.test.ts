import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { isPacked, listSiblings, namesBeforeRotation, parseRotatedName } from '../../src/tail-file/siblings.js';
import { newDirectory } from './follow.js';

describe('parseRotatedName()', () => {
  const yes: readonly (readonly [string, string, string])[] = [
    ['auth.log', 'auth.log.1', 'counter'],
    ['auth.log', 'auth.log.12.gz', 'counter'],
    ['auth.log', 'auth.log-20250131', 'date'],
    ['auth.log', 'auth.log-20250131-1738281600.gz', 'date'],
    ['auth.log', 'auth.log.2025-01-31', 'date'],
    ['0.log', '0.log.20250131-120000', 'date'],
    ['app.log', 'app-20250131.log', 'date'],
    ['app.log', 'app.1.log', 'counter'],
    ['app.log', 'app.log.old', 'counter'],
    ['syslog', 'syslog.3.xz', 'counter'],
  ];
  for (const [base, name, scheme] of yes) {
    it(`takes ${name} for ${base} rotated, by ${scheme}`, () => {
      expect(parseRotatedName(base, name)?.scheme).to.equal(scheme);
      if (!isPacked(name)) expect(namesBeforeRotation(name)).to.include(base);
    });
  }
  for (const [base, name] of [
    ['auth.log', 'auth.log'],
    ['auth.log', 'auth.log.swp'],
    ['auth.log', 'auth.log.'],
    ['auth.log', 'auth.login'],
    ['a.log', 'b.log.1'],
    ['app.log', 'app-server.log'],
    ['auth.log', `auth.log.${'1'.repeat(300)}`],
  ] as const) {
    it(`does not take ${name.slice(0, 20)} for ${base} rotated`, () => {
      expect(parseRotatedName(base, name)).to.equal(undefined);
    });
  }
});

describe('listSiblings()', () => {
  let directory: ReturnType<typeof newDirectory>;
  beforeEach(() => {
    directory = newDirectory();
  });
  afterEach(() => directory.remove());
  const listed = async (names: readonly string[]): Promise<readonly string[]> => {
    names.forEach((name, index) => {
      const file = path.join(directory.path, name);
      fs.writeFileSync(file, '');
      fs.utimesSync(file, 1000 + index, 1000 + index);
    });
    const siblings = await listSiblings(path.join(directory.path, 'a.log'));
    return siblings.map((sibling) => path.basename(sibling.path));
  };

  it('lists the oldest first: high numbers, early dates', async () => {
    expect(await listed(['a.log.2.gz', 'a.log.10.gz', 'a.log.1', 'a.log'])).to.deep.equal([
      'a.log.10.gz',
      'a.log.2.gz',
      'a.log.1',
    ]);
  });

  it('lists by date, with the time where there is one', async () => {
    expect(await listed(['a.log-20250201', 'a.log-20250131', 'a.log-20250131-5'])).to.deep.equal([
      'a.log-20250131',
      'a.log-20250131-5',
      'a.log-20250201',
    ]);
  });

  it('lists by the time of the last change where names do not say', async () => {
    expect(await listed(['a.log.1', 'a.log-20250131', 'a.log.old'])).to.deep.equal([
      'a.log.1',
      'a.log-20250131',
      'a.log.old',
    ]);
  });

  it('lists nothing where there is no directory', async () => {
    expect(await listSiblings(path.join(directory.path, 'none', 'a.log'))).to.deep.equal([]);
  });
});
