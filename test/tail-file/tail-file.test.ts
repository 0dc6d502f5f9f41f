import fs from 'node:fs';
import { gzipSync } from 'node:zlib';
import path from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { lineFlags, parseTailPosition } from '../../src/tail-file/index.js';
import { Follow, newDirectory } from './follow.js';

describe('TailFile', () => {
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

  describe('lines', () => {
    it('gives what is there at first, then what is added', async () => {
      append('one\ntwo\n');
      expect(await follow.read()).to.deep.equal(['one', 'two']);
      append('three\n');
      expect(await follow.read()).to.deep.equal(['one', 'two', 'three']);
      expect(follow.storedAt[0]).to.be.a('number');
      expect(follow.storedAt[2]).to.equal(undefined);
    });

    it('begins at the end where asked, with the unfinished line whole', async () => {
      append('one\ntw');
      follow = new Follow(log, { from: 'end' });
      await follow.read();
      append('o\nthree\n');
      expect(await follow.read()).to.deep.equal(['two', 'three']);
    });

    it('holds a last line back until its newline comes', async () => {
      append('one\ntwo');
      expect(await follow.read()).to.deep.equal(['one']);
      expect(await follow.read(600_000)).to.deep.equal(['one']);
      append('\n');
      expect(await follow.read()).to.deep.equal(['one', 'two']);
      expect(follow.flags).to.deep.equal([0, 0]);
    });

    it('gives a line held back at a stop whole after the restart', async () => {
      append('one\ntw');
      await follow.read();
      follow = await follow.restart(log);
      append('o\n');
      expect(await follow.read()).to.deep.equal(['two']);
    });

    it('drops the carriage return before a newline only, and keeps NUL and invalid UTF-8', async () => {
      append(Buffer.from('a\r\nb\rc\r\r\n\0\xff\xfe\n', 'latin1'));
      await follow.read();
      expect(follow.raw.map((raw) => raw.toString('latin1'))).to.deep.equal(['a', 'b\rc\r', '\0\xff\xfe']);
    });

    it('cuts a line over the limit, passes over its rest and goes on', async () => {
      follow = new Follow(log, { maxLineBytes: 10 });
      append(`0123456789\n0123456789\r\n0123456789X\n${'y'.repeat(300_000)}`);
      await follow.read();
      append(`${'y'.repeat(300_000)}\nshort\n`);
      await follow.read();
      expect(follow.lines).to.deep.equal(['0123456789', '0123456789', '0123456789', 'yyyyyyyyyy', 'short']);
      expect(follow.flags).to.deep.equal([0, 0, lineFlags.truncated, lineFlags.truncated, 0]);
      expect(follow.tail.counters).to.include({ truncated: 2, cut_bytes: 1 + 599_990, lines: 5 });
    });

    it('goes on passing over a cut line after a restart', async () => {
      append('y'.repeat(300_000));
      follow = new Follow(log, { maxLineBytes: 10 });
      expect(await follow.read()).to.deep.equal(['yyyyyyyyyy']);
      follow = await follow.restart(log, { maxLineBytes: 10 });
      append(`${'y'.repeat(300_000)}\nnext\n`);
      expect(await follow.read()).to.deep.equal(['next']);
    });

    it('takes 10 MB without a newline in bounded memory', async () => {
      append(Buffer.alloc(10_000_000, 'z'));
      await follow.read();
      append('\nafter\n');
      expect((await follow.read()).map((line) => line.length)).to.deep.equal([65_536, 5]);
    });

    it('gives the same lines however their bytes are split over writes, polls and restarts', async () => {
      const line = fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll(/[\r\n]/g, '€'));
      await fc.assert(
        fc.asyncProperty(
          fc.array(line, { maxLength: 20 }),
          fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 30 }), restart: fc.boolean() }), { maxLength: 40 }),
          async (lines, steps) => {
            fs.rmSync(log, { force: true });
            append('');
            let one = new Follow(log);
            await one.read();
            const got: Buffer[] = [];
            const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
            let at = 0;
            for (const step of [...steps, { bytes: bytes.length, restart: false }]) {
              append(bytes.subarray(at, at + step.bytes));
              at += step.bytes;
              await one.read();
              if (!step.restart) continue;
              got.push(...one.raw);
              one = await one.restart(log);
            }
            got.push(...one.raw);
            await one.tail.close();
            expect(got.map((raw) => raw.toString('hex'))).to.deep.equal(
              lines.map((text) => Buffer.from(text).toString('hex')),
            );
          },
        ),
        { numRuns: 60 },
      );
    });

    it('reads no further while lines are not taken, and loses none', async () => {
      append(Array.from({ length: 1000 }, (_, index) => `${index}\n`).join(''));
      follow.room = 10;
      await follow.read();
      expect(follow.lines).to.have.length(10);
      expect(await follow.tail.poll(follow.now)).to.include({ more: true, refused: true });
      follow.room = Number.POSITIVE_INFINITY;
      expect(await follow.read()).to.deep.equal(Array.from({ length: 1000 }, (_, index) => String(index)));
    });

    it('reads only as much in one poll as it may', async () => {
      append('line\n'.repeat(200_000));
      follow = new Follow(log, { pollBytes: 1000 });
      expect(await follow.tail.poll(0)).to.include({ more: true, refused: false });
      expect(follow.lines.length).to.be.lessThan(100_000);
    });
  });

  describe('rotation', () => {
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

  describe('restart', () => {
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
      fs.renameSync(log, path.join(directory.path, 'app.log.1.xz'));
      fs.appendFileSync(path.join(directory.path, 'app.log.1.xz'), 'x');
      fs.writeFileSync(path.join(directory.path, 'app.log.1.xz'), 'packed');
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

  describe('trouble', () => {
    it('is said once, and once when it is over: a directory in place of the file', async () => {
      fs.mkdirSync(log);
      await follow.read();
      await follow.read();
      fs.rmdirSync(log);
      append('one\n');
      expect(await follow.read()).to.deep.equal(['one']);
      expect(follow.kinds()).to.deep.equal(['unreadable', 'back']);
      expect(follow.reports[0]?.message).to.include('directory');
    });

    it('is said once: a dangling link', async () => {
      fs.symlinkSync(path.join(directory.path, 'nowhere'), log);
      await follow.read();
      await follow.read();
      append('one\n', path.join(directory.path, 'nowhere'));
      expect(await follow.read()).to.deep.equal(['one']);
      expect(follow.kinds()).to.deep.equal(['missing', 'back']);
    });

    it('is said once: a file that vanishes for longer than a rotation takes', async () => {
      append('one\n');
      await follow.read();
      fs.rmSync(log);
      await follow.read(1000);
      expect(follow.kinds()).to.deep.equal([]);
      await follow.read(3000);
      await follow.read(3000);
      expect(follow.kinds()).to.deep.equal(['missing']);
    });

    it('does not open what is no regular file', async () => {
      fs.symlinkSync('/dev/zero', log);
      expect(await follow.read()).to.deep.equal([]);
      expect(follow.kinds()).to.deep.equal(['unreadable']);
    });
  });
});
