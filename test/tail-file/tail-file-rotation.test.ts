import fs from 'node:fs';
import { gzipSync } from 'node:zlib';
import path from 'node:path';
import { expect } from 'chai';
import { lineFlags } from '../../src/tail-file/index.js';
import { Follow, newDirectory } from './follow.js';

describe('TailFile over rotation', () => {
  let directory: ReturnType<typeof newDirectory>;
  let log: string;
  let follow: Follow;
  beforeEach(() => {
    directory = newDirectory();
    log = path.join(directory.path, 'app.log');
    follow = new Follow(log);
  });
  afterEach(async () => {
    await follow.tail.close();
    directory.remove();
  });
  const append = (text: string | Buffer, file = log): void => fs.appendFileSync(file, text);

  const rotate = (): void => {
    fs.renameSync(log, `${log}.1`);
    append('');
  };

  it('goes on with the new file after rename and create', async () => {
    append('one\n');
    await follow.read();
    append('two\n');
    rotate();
    append('three\n');
    expect(await follow.read()).to.deep.equal(['one', 'two', 'three']);
  });

  it('gives what is written to the rotated file late, before what is in the new one', async () => {
    append('one\n');
    await follow.read();
    rotate();
    await follow.read();
    append('late\n', `${log}.1`);
    append('new\n');
    expect(await follow.read(20_000)).to.deep.equal(['one', 'late', 'new']);
    append('later\n', `${log}.1`);
    expect(await follow.read(50_000)).to.deep.equal(['one', 'late', 'new', 'later']);
  });

  it('waits for the rest of the rotated file’s last line, then gives it marked', async () => {
    append('one\ntw');
    await follow.read();
    rotate();
    append('three\n');
    expect(await follow.read(250)).to.deep.equal(['one']);
    append('o', `${log}.1`);
    await follow.read(500);
    expect(await follow.read(1500)).to.deep.equal(['one', 'two', 'three']);
    expect(follow.flags).to.deep.equal([0, lineFlags.partial, 0]);
  });

  it('finds the files of rotations between two polls', async () => {
    append('one\n');
    await follow.read();
    for (const [text, older, newer] of [
      ['two\n', 2, 1],
      ['three\n', 3, 2],
    ] as const) {
      if (newer === 2) fs.renameSync(`${log}.2`, `${log}.${older}`);
      if (fs.existsSync(`${log}.1`)) fs.renameSync(`${log}.1`, `${log}.2`);
      fs.renameSync(log, `${log}.1`);
      append(text);
      if (newer === 1) fs.renameSync(`${log}.1`, `${log}.2`);
    }
    append('four\n');
    expect(await follow.read()).to.deep.equal(['one', 'two', 'three', 'four']);
  });

  it('finds them by date in the name too, and compressed', async () => {
    append('one\n');
    await follow.read();
    fs.renameSync(log, `${log}-20240101`);
    fs.writeFileSync(`${log}-20240102.gz`, gzipSync('two\n'));
    append('three\n', `${log}-20240103`);
    append('four\n');
    expect(await follow.read()).to.deep.equal(['one', 'two', 'three', 'four']);
  });

  it('finds files that come and are rotated away while the path names nothing', async () => {
    append('one\n');
    await follow.read();
    fs.renameSync(log, `${log}.1`);
    await follow.read();
    fs.renameSync(`${log}.1`, `${log}.2`);
    append('two\n', `${log}.1`);
    expect(await follow.read()).to.deep.equal(['one', 'two']);
  });

  it('reads what came and was rotated away before it was first seen under the path', async () => {
    await follow.read();
    append('one\n');
    fs.renameSync(log, `${log}.2`);
    append('two\n');
    fs.writeFileSync(`${log}.1.gz`, gzipSync('two\n'));
    fs.rmSync(log);
    expect(await follow.read()).to.deep.equal(['one', 'two']);
    append('three\n');
    expect(await follow.read()).to.deep.equal(['one', 'two', 'three']);
    expect(follow.tail.counters).to.include({ gaps: 0 });
  });

  it('does so for a path that is known to have named no file, and leaves others alone', async () => {
    const absentSince = Date.now();
    append('one\n');
    fs.renameSync(log, `${log}.1`);
    append('two\n');
    append('old\n', `${log}.2`);
    fs.utimesSync(`${log}.2`, absentSince / 1000 - 60, absentSince / 1000 - 60);
    follow = new Follow(log, { absentSince });
    expect(await follow.read()).to.deep.equal(['one', 'two']);
  });

  it('leaves rotated files alone that were there before', async () => {
    append('old\n', `${log}.1`);
    fs.utimesSync(`${log}.1`, 1, 1);
    append('one\n');
    await follow.read();
    fs.renameSync(`${log}.1`, `${log}.2`);
    rotate();
    append('two\n');
    expect(await follow.read()).to.deep.equal(['one', 'two']);
    expect(follow.tail.counters.gaps).to.equal(0);
  });

  it('reads the rest from the copy after copytruncate, with no gap', async () => {
    append('one\n');
    await follow.read();
    append('two\n');
    fs.copyFileSync(log, `${log}.1`);
    fs.truncateSync(log);
    append('three\n');
    expect(await follow.read()).to.deep.equal(['one', 'two', 'three']);
    expect(follow.tail.counters).to.include({ truncations: 1, gaps: 0 });
  });

  it('does so when the file has regrown past where it was', async () => {
    append('one\n');
    await follow.read();
    fs.copyFileSync(log, `${log}.1`);
    fs.truncateSync(log);
    append('two is longer than what was there\n');
    expect(await follow.read()).to.deep.equal(['one', 'two is longer than what was there']);
    expect(follow.tail.counters.gaps).to.equal(0);
  });

  it('begins again after truncation, and says once what is lost', async () => {
    append('one\ntwo\nthree\n');
    follow.room = 1;
    await follow.read();
    fs.truncateSync(log);
    append('four\n');
    follow.room = 100;
    expect(await follow.read()).to.deep.equal(['one', 'four']);
    await follow.read();
    expect(follow.tail.counters).to.include({ truncations: 1, gaps: 1, gap_bytes: 10 });
    expect(follow.kinds()).to.deep.equal(['gap']);
    expect(follow.reports[0]?.message).to.include('at least 10 bytes');
  });

  it('sees truncation when the file has regrown to the same size or past it, and keeps its head', async () => {
    const head = '# the same header, longer than what is compared of a head\n'.repeat(30);
    append(`${head}one\n`);
    await follow.read();
    fs.writeFileSync(log, `${head}two\n`);
    fs.utimesSync(log, 5, 5);
    await follow.read();
    expect(follow.lines.slice(31)).to.deep.equal([...head.split('\n').slice(0, -1), 'two']);
    fs.writeFileSync(log, `${head}three\nfour\n`);
    await follow.read();
    expect(follow.lines.slice(-3)).to.deep.equal([
      '# the same header, longer than what is compared of a head',
      'three',
      'four',
    ]);
  });

  it('passes over the hole a writer that does not append leaves in a truncated file', async () => {
    const writer = fs.openSync(log, 'w');
    fs.writeSync(writer, 'one\n'.repeat(1000));
    await follow.read();
    fs.truncateSync(log);
    fs.writeSync(writer, 'two\n');
    fs.closeSync(writer);
    expect((await follow.read()).slice(1000)).to.deep.equal(['two']);
    expect(follow.tail.counters.hole_bytes).to.equal(4000);
  });

  it('counts what is cut off the end of a file as lost, and goes on where it was', async () => {
    append('one\ntwo\n');
    follow.room = 1;
    await follow.read();
    fs.truncateSync(log, 4);
    follow.room = 100;
    await follow.read();
    append('three\n');
    expect(await follow.read()).to.deep.equal(['one', 'three']);
    expect(follow.tail.counters).to.include({ gaps: 1, gap_bytes: 4 });
  });

  it('reads a deleted file to its end, then the one created in its place', async () => {
    append('one\n');
    await follow.read();
    append('two\n');
    fs.rmSync(log);
    await follow.read();
    append('three\n');
    expect(await follow.read()).to.deep.equal(['one', 'two', 'three']);
  });

  it('waits for a file, and reads it from its beginning', async () => {
    follow = new Follow(log, { from: 'end' });
    await follow.read();
    await follow.read();
    append('one\n');
    expect(await follow.read()).to.deep.equal(['one']);
    expect(follow.kinds()).to.deep.equal(['missing', 'back']);
  });

  it('follows a link into another directory, its rotation there, and its repointing', async () => {
    const other = path.join(directory.path, 'other');
    fs.mkdirSync(other);
    const [first, second] = [path.join(other, 'a'), path.join(other, 'b')];
    append('one\n', first);
    fs.symlinkSync(first, log);
    await follow.read();
    append('two\n', first);
    fs.renameSync(first, `${first}.1`);
    append('three\n', first);
    expect(await follow.read()).to.deep.equal(['one', 'two', 'three']);
    append('four\n', first);
    append('five\n', second);
    fs.rmSync(log);
    fs.symlinkSync(second, log);
    await follow.read();
    append('late\n', first);
    expect(await follow.read()).to.deep.equal(['one', 'two', 'three', 'four', 'five', 'late']);
  });

  it('lets a rotated file go once it is quiet', async () => {
    append('one\n');
    await follow.read();
    rotate();
    append('two\n');
    await follow.read();
    expect(follow.tail.position()?.files).to.have.length(2);
    await follow.read(61_000);
    expect(follow.tail.position()?.files).to.have.length(1);
  });
});
