import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { lineFlags } from '../../src/tail-file/index.js';
import { Follow, followEach } from './follow.js';

describe('TailFile', () => {
  let dir: string;
  let log: string;
  let follow: Follow;
  followEach((made) => ({ dir, log, follow } = made));
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
      fs.symlinkSync(path.join(dir, 'nowhere'), log);
      await follow.read();
      await follow.read();
      append('one\n', path.join(dir, 'nowhere'));
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
