import { expect } from 'chai';
import { addToRuns, type BlockRun, restOf } from '../../src/journal/block-run.js';
import { SegmentLog } from '../../src/journal/segment-log.js';
import { readRun, type RunPiece } from '../../src/journal/run-read.js';
import { segmentPath } from '../../src/journal/segment-files.js';
import { blockOf, textsOf } from '../support/blocks.js';
import { FaultyFiles } from '../support/faulty-files.js';

const dir = '/log';

describe('readRun()', () => {
  const appended = async (lengths: readonly number[], segmentBytes = 1_000_000) => {
    const fs = new FaultyFiles();
    const log = await SegmentLog.open({ dir, fs, segmentBytes });
    const runs: BlockRun[] = [];
    for (const [n, length] of lengths.entries())
      addToRuns(runs, await log.append(blockOf(n + 1, ['x'.repeat(length)])));
    return { fs, log, runs };
  };

  /** All of a run, piece by piece. */
  const all = async (fs: FaultyFiles, run: BlockRun, pieceBytes: number): Promise<RunPiece[]> => {
    const pieces: RunPiece[] = [];
    for (let left: BlockRun | undefined = run; left !== undefined; ) {
      const piece: RunPiece = await readRun({ fs, dir, run: left, pieceBytes });
      pieces.push(piece);
      left = restOf(left, piece);
    }
    return pieces;
  };
  const lengthsOf = (pieces: readonly RunPiece[]): number[] =>
    pieces.flatMap(({ blocks }) => blocks.flatMap((block) => textsOf(block).map(({ length }) => length)));

  it('gives all blocks of a run, whatever fits into a piece, each in an ArrayBuffer of its own', async () => {
    const lengths = [10, 500, 20, 3000, 1, 40, 900, 7];
    const { fs, runs } = await appended(lengths);
    expect(runs).to.have.length(1);
    for (const pieceBytes of [64, 200, 700, 1500, 100_000]) {
      const pieces = await all(fs, runs[0]!, pieceBytes);
      expect(lengthsOf(pieces), `${pieceBytes}`).to.deep.equal(lengths);
      for (const block of pieces.flatMap(({ blocks }) => blocks))
        expect(block.buffer.byteLength).to.equal(block.length);
    }
  });

  it('blocks of different segments, or with others between them, are different runs', async () => {
    const { runs } = await appended([300, 300, 300, 300, 300], 900);
    expect(runs.map(({ firstSeq, count }) => [firstSeq, count])).to.deep.equal([
      [1, 2],
      [3, 2],
      [5, 1],
    ]);
    const [first, , third] = runs;
    const list = [first!];
    addToRuns(list, third!);
    expect(list).to.have.length(2);
  });

  it('passes over a damaged block alone, and over all behind it where its length cannot be read', async () => {
    const { fs, runs } = await appended([100, 100, 100, 100]);
    const run = runs[0]!;
    const file = await fs.open(segmentPath(dir, 1), 'update');
    const block = run.length / 4;
    await file.write(new Uint8Array([1, 2, 3]), block + 100);
    const pieces = await all(fs, run, 100_000);
    expect(pieces.map(({ blocks, count, fault }) => [blocks.length, count, fault])).to.deep.equal([
      [1, 1, undefined],
      [
        0,
        1,
        `cannot read the blocks of entries 2 to 2 at ${block} of ${segmentPath(dir, 1)}: its checksum does not fit`,
      ],
      [2, 2, undefined],
    ]);
    await file.write(new Uint8Array(40), block);
    const shorter = await all(fs, run, 100_000);
    expect(shorter.map(({ blocks, count, fault }) => [blocks.length, count, fault])).to.deep.equal([
      [1, 1, undefined],
      [0, 3, `cannot read the blocks of entries 2 to 4 at ${block} of ${segmentPath(dir, 1)}: no block begins there`],
    ]);
  });

  it('of a file cut short gives what is there, and says what is not', async () => {
    const { fs, runs } = await appended([100, 100, 100]);
    const run = runs[0]!;
    const file = await fs.open(segmentPath(dir, 1), 'update');
    await file.truncate(run.length - 20);
    const pieces = await all(fs, run, 100_000);
    expect(pieces.map(({ count }) => count)).to.deep.equal([2, 1]);
    expect(pieces[1]?.fault).to.contain('it ends within a block');
  });
});
