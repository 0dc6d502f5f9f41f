import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { GenerationHistory } from '../../src/generations/history.js';
import { noteLog } from '../support/note-log.js';
import { temporaryDirs } from '../support/temporary-dir.js';

describe('GenerationHistory', () => {
  const { dir } = temporaryDirs();
  const { log, notes } = noteLog();
  const path = (): string => join(dir(), 'history.json');
  const open = (): Promise<GenerationHistory> => GenerationHistory.open(path(), log);
  beforeEach(() => void notes.splice(0));

  it('at() knows under what an entry came, over a restart, in whatever order it was told', async () => {
    const told = await open();
    await Promise.all([
      told.note({ from: 10, id: 'b' }),
      told.note({ from: 1, id: 'a' }),
      told.note({ from: 20, id: 'a' }),
    ]);
    const history = await open();
    expect([0, 1, 9, 10, 19, 20, 1e9].map((seq) => history.at(seq))).to.deep.equal([
      undefined,
      'a',
      'a',
      'b',
      'b',
      'a',
      'a',
    ]);
    expect([...history.ids]).to.deep.equal(['a', 'b']);
  });

  it('note() is about what changes: what holds already is not told again', async () => {
    const history = await open();
    await history.note({ from: 1, id: 'a' });
    await history.note({ from: 5, id: 'a' });
    await history.note({ from: 1, id: 'b' });
    expect(JSON.parse(readFileSync(path(), 'utf8'))).to.deep.equal([{ from: 1, id: 'b' }]);
  });

  it('forget() keeps what the first entry came under', async () => {
    const history = await open();
    for (const [from, id] of [
      [1, 'a'],
      [10, 'b'],
      [20, 'c'],
    ] as const)
      await history.note({ from, id });
    await history.forget(10);
    expect(history.at(9)).to.equal('a');
    await history.forget(11);
    expect([9, 10].map((seq) => history.at(seq))).to.deep.equal([undefined, 'b']);
  });

  it('begins anew, and says so, where the file is damaged', async () => {
    writeFileSync(path(), '[{"from":');
    const history = await open();
    expect(history.at(1)).to.equal(undefined);
    expect(notes.join('\n')).to.match(/^error .*history\.json cannot be read/u);
  });
});
