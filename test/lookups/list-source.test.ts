import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ListSource } from '../../src/lookups/list-source.js';
import { noteLog } from '../support/note-log.js';
import { temporaryDirs } from '../support/temporary-dir.js';

describe('ListSource', () => {
  const { dir } = temporaryDirs();
  const start = () => {
    const file = join(dir(), 'bad.txt');
    const { log, notes } = noteLog();
    const source = new ListSource({ kind: 'intel', name: 'bad', plugin: 'list', file }, log);
    const ask = (address: string) => source.ask({ address });
    return { file, source, ask, notes };
  };

  it('answers once the file is read, without being told to read it', async () => {
    const { file, ask, source } = start();
    writeFileSync(file, '8.8.8.8 why\nx\n');
    expect(await ask('8.8.8.8')).to.deep.equal({ results: ['why'] });
    expect(await ask('8.8.4.4')).to.deep.equal({ results: [] });
    expect(source.counters()).to.deep.equal({ entries: 1, faultyLines: 1, leftOut: 0 });
  });

  it('reads the file again when it has changed, and only then', async () => {
    const { file, ask, source, notes } = start();
    writeFileSync(file, '8.8.8.8 before\n');
    await source.look();
    await source.look();
    expect(notes).to.deep.equal([`info intel/bad: 1 entries of ${file}`]);
    writeFileSync(file, '8.8.8.8 afterwards\n9.9.9.9\n');
    await source.look();
    expect(await ask('8.8.8.8')).to.deep.equal({ results: ['afterwards'] });
    expect(notes).to.have.length(2);
  });

  it('keeps the old content while the file cannot be read, and says so once', async () => {
    const { file, ask, source, notes } = start();
    writeFileSync(file, '8.8.8.8 why\n');
    await source.look();
    rmSync(file);
    await source.look();
    await source.look();
    expect(await ask('8.8.8.8')).to.deep.equal({ results: ['why'] });
    expect(notes.slice(1)).to.have.length(1);
    expect(notes[1]).to.match(/^warn intel\/bad: .* cannot be read: ENOENT.*; what was read before stays$/);
    writeFileSync(file, '8.8.8.8 again\n');
    await source.look();
    expect(await ask('8.8.8.8')).to.deep.equal({ results: ['again'] });
  });

  it('fails while there is nothing it has read, and answers when there is', async () => {
    const { file, ask, source } = start();
    expect(await ask('8.8.8.8')).to.include({ reason: 'unreadable' });
    writeFileSync(file, '8.8.8.8\n');
    await source.look();
    expect(await ask('8.8.8.8')).to.deep.equal({ results: ['listed'] });
  });

  it('reads a file that it may read from now on', async function () {
    if (process.getuid?.() === 0) this.skip();
    const { file, ask, source } = start();
    writeFileSync(file, '8.8.8.8\n');
    chmodSync(file, 0);
    await source.look();
    expect(await ask('8.8.8.8')).to.include({ reason: 'unreadable' });
    chmodSync(file, 0o600);
    await source.look();
    expect(await ask('8.8.8.8')).to.deep.equal({ results: ['listed'] });
  });
});
