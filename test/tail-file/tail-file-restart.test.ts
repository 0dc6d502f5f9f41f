import fs from 'node:fs';
import { gzipSync } from 'node:zlib';
import path from 'node:path';
import { expect } from 'chai';
import { parseTailPosition } from '../../src/tail-file/index.js';
import { Follow, followEach } from './follow.js';

describe('TailFile over a restart', () => {
  let dir: string;
  let log: string;
  let follow: Follow;
  followEach((made) => ({ dir, log, follow } = made));
  const append = (text: string | Buffer, file = log): void => fs.appendFileSync(file, text);

  const lines = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, index) => `line ${from + index}\n`).join('');

  const variants: readonly (readonly [string, (rest: string) => void])[] = [
    ['the same file', () => undefined],
    ['.1', () => fs.renameSync(log, `${log}.1`)],
    ['a date', () => fs.renameSync(log, `${log}-20240131`)],
    ['a date before the extension', () => fs.renameSync(log, path.join(path.dirname(log), 'app-20240131.log'))],
    ['any other name', () => fs.renameSync(log, path.join(path.dirname(log), 'saved'))],
    [
      '.1.gz',
      () => {
        fs.writeFileSync(`${log}.1.gz`, gzipSync(fs.readFileSync(log)));
        fs.rmSync(log);
      },
    ],
    [
      'a copy, the file itself truncated',
      () => {
        fs.copyFileSync(log, `${log}.1`);
        fs.truncateSync(log);
      },
    ],
    [
      'another inode at the same path',
      () => {
        fs.copyFileSync(log, `${log}.tmp`);
        fs.renameSync(`${log}.tmp`, log);
      },
    ],
  ];
  for (const [name, rotate] of variants) {
    it(`goes on with the unread rest in ${name}, then with the new file`, async () => {
      append(lines(0, 200));
      await follow.read();
      append(lines(200, 300));
      const before = await follow.restart(log);
      rotate('');
      append(lines(300, 400));
      follow = before;
      expect(await follow.read()).to.deep.equal(lines(200, 400).trimEnd().split('\n'));
      expect(follow.tail.counters.gaps).to.equal(0);
      append(lines(400, 401));
      expect((await follow.read()).at(-1)).to.equal('line 400');
    });
  }

  it('counts a gap when what it had read is nowhere to be found', async () => {
    append(lines(0, 100));
    follow.room = 50;
    await follow.read();
    const position = follow.tail.position();
    fs.rmSync(log);
    append('new\n');
    await follow.tail.close();
    follow = new Follow(log, position === undefined ? {} : { position });
    expect(await follow.read()).to.deep.equal(['new']);
    expect(follow.tail.counters).to.include({ gaps: 1, gap_bytes: 400 });
    expect(follow.kinds()).to.deep.equal(['gap']);
  });

  it('says that a compression it cannot unpack may hold the rest', async () => {
    append('one\n');
    await follow.read();
    const position = follow.tail.position();
    await follow.tail.close();
    fs.renameSync(log, path.join(dir, 'app.log.1.xz'));
    fs.appendFileSync(path.join(dir, 'app.log.1.xz'), 'x');
    fs.writeFileSync(path.join(dir, 'app.log.1.xz'), 'packed');
    append('new\n');
    follow = new Follow(log, position === undefined ? {} : { position });
    await follow.read();
    expect(follow.reports[0]?.message).to.include('app.log.1.xz');
  });

  it('gives a damaged .gz up where it is damaged, and counts a gap', async () => {
    const text = lines(0, 20_000);
    append(text);
    follow.room = 10;
    await follow.read();
    const position = follow.tail.position();
    await follow.tail.close();
    const packed = gzipSync(text);
    fs.writeFileSync(`${log}.1.gz`, packed.subarray(0, packed.length / 2));
    fs.rmSync(log);
    append('new\n');
    follow = new Follow(log, position === undefined ? {} : { position });
    await follow.read();
    await follow.read();
    expect(follow.lines[0]).to.equal('line 10');
    expect(follow.lines.length).to.be.greaterThan(9000);
    expect(follow.lines.at(-1)).to.equal('new');
    expect(follow.tail.counters.gaps).to.equal(1);
  });

  it('does not take a stored position that is not one', () => {
    expect(parseTailPosition({ files: [{ path: 'x' }] })).to.equal(undefined);
    expect(parseTailPosition(null)).to.equal(undefined);
    expect(parseTailPosition({ files: [] })).to.deep.equal({ files: [] });
  });
});
