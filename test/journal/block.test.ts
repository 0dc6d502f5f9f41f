import { expect } from 'chai';
import fc from 'fast-check';
import {
  BlockReader,
  BlockWriter,
  FrameSource,
  blockHeaderBytes,
  blockIsIntact,
  entryKinds,
  readBlockHeader,
} from '../../src/journal/block.js';
import { blockOf, textsOf } from '../support/blocks.js';

const entry = fc.record({
  kind: fc.constantFrom(...Object.values(entryKinds)),
  flags: fc.integer({ min: 0, max: 255 }),
  source: fc.integer({ min: -1, max: 4 }),
  receivedAt: fc.integer({ min: 0, max: 4e12 }),
  bytes: fc.uint8Array({ maxLength: 200 }),
  before: fc.integer({ min: 0, max: 3 }),
});

describe('block', () => {
  it('gives back every entry as it was put in, whatever the initial size', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 40 }),
        fc.integer({ min: blockHeaderBytes, max: 2000 }),
        fc.integer({ min: 1, max: 2 ** 52 }),
        (entries, bytes, firstSeq) => {
          const sources = [0, 1, 2, 3, 4].map(
            (n) => new FrameSource({ input: `in${n}`, peer: n % 2 === 0 ? undefined : `peer "${n}"`, year: 2000 + n }),
          );
          const writer = new BlockWriter({ firstSeq, bytes });
          entries.forEach((e, index) => {
            const around = Buffer.concat([Buffer.alloc(e.before, 1), e.bytes, Buffer.alloc(2, 2)]);
            const [start, end] = e.before === 0 ? [0, e.bytes.length] : [e.before, e.before + e.bytes.length];
            const whole = e.before === 0 ? e.bytes : around;
            const seq = writer.add(e.kind, e.flags, sources[e.source], e.receivedAt, whole, start, end);
            expect(seq).to.equal(firstSeq + index);
          });
          const block = writer.seal(1234.5);
          expect(blockIsIntact(block)).to.equal(true);
          expect(readBlockHeader(block)).to.deep.equal({
            length: block.length,
            count: entries.length,
            firstSeq,
            writtenAt: 1234.5,
          });
          const reader = new BlockReader(block);
          entries.forEach((e, index) => {
            expect(reader.next()).to.equal(true);
            const { seq, kind, flags, receivedAt } = reader;
            expect({ seq, kind, flags, receivedAt }).to.deep.equal({
              seq: firstSeq + index,
              kind: e.kind,
              flags: e.flags,
              receivedAt: e.receivedAt,
            });
            expect([...reader.bytes.subarray(reader.start, reader.end)]).to.deep.equal([...e.bytes]);
            const { input, peer, year } = reader.source;
            const from = sources[e.source];
            expect({ input, peer, year }).to.deep.equal({
              input: from?.input ?? '',
              peer: from?.peer,
              year: from?.year,
            });
          });
          expect(reader.next()).to.equal(false);
        },
      ),
    );
  });

  it('is found damaged whichever byte is changed, and wherever it is cut', () => {
    const block = blockOf(7, ['first', 'second', 'x'.repeat(300)]);
    for (let at = 0; at < block.length; at += 1) {
      const damaged = Buffer.from(block);
      damaged[at]! ^= 0x40;
      expect(blockIsIntact(damaged), `byte ${at}`).to.equal(false);
      expect(blockIsIntact(block.subarray(0, at)), `cut at ${at}`).to.equal(false);
    }
    expect(blockIsIntact(Buffer.concat([block, Buffer.of(0)]))).to.equal(false);
  });

  it('takes one entry larger than itself when empty, and then no more', () => {
    const writer = new BlockWriter({ firstSeq: 1, bytes: 128 });
    expect(writer.fits(10_000)).to.equal(true);
    const bytes = Buffer.alloc(10_000, 'y');
    writer.add(entryKinds.frame, 0, undefined, 0, bytes, 0, bytes.length);
    expect(writer.fits(30_000)).to.equal(false);
    expect(textsOf(writer.seal(0))).to.deep.equal(['y'.repeat(10_000)]);
  });

  it('is full at 60,000 sources, all of which it gives back', () => {
    const writer = new BlockWriter({ firstSeq: 1, bytes: 16 * 1024 * 1024 });
    const text = Buffer.from('x');
    let added = 0;
    while (writer.fits(1) && added < 70_000) {
      writer.add(entryKinds.frame, 0, new FrameSource({ input: 'udp', peer: `${added}` }), 0, text, 0, 1);
      added += 1;
    }
    expect(added).to.equal(60_000);
    const reader = new BlockReader(writer.seal(0));
    let read = 0;
    for (; reader.next(); read += 1)
      if (reader.source.peer !== `${read}`) expect.fail(`entry ${read} has another peer`);
    expect(read).to.equal(60_000);
  });

  it('numbers sources anew in each block', () => {
    const source = new FrameSource({ input: 'tcp', peer: 'a' });
    const text = Buffer.from('x');
    for (const firstSeq of [1, 2]) {
      const writer = new BlockWriter({ firstSeq, bytes: 200 });
      if (firstSeq === 2) writer.add(entryKinds.frame, 0, new FrameSource({ input: 'other' }), 0, text, 0, 1);
      writer.add(entryKinds.frame, 0, source, 0, text, 0, 1);
      const reader = new BlockReader(writer.seal(0));
      while (reader.next());
      expect(reader.source.input).to.equal('tcp');
    }
  });

  it('readBlockHeader() refuses what is too short, of another kind or of another version', () => {
    const block = Buffer.from(blockOf(1, ['x']));
    expect(readBlockHeader(block.subarray(0, blockHeaderBytes - 1))).to.equal(undefined);
    expect(readBlockHeader(Buffer.alloc(100))).to.equal(undefined);
    block.writeUInt32LE(2, 36);
    expect(readBlockHeader(block)).to.equal(undefined);
    expect(() => new BlockReader(block)).to.throw(RangeError);
  });
});
