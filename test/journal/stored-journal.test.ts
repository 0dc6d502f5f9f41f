import { expect } from 'chai';
import type { FileLayer } from '../../src/journal/file-layer.js';
import { JournalArchive } from '../../src/journal/journal-archive.js';
import { SegmentLog } from '../../src/journal/segment-log.js';
import { listStored, storedBlocks, type StoredGap, type StoredSegment } from '../../src/journal/stored-journal.js';
import { blockOf, textsOf } from '../support/blocks.js';
import { FaultyFiles } from '../support/faulty-files.js';

const dir = '/log';
const text = (seq: number): string => `entry ${seq} ${'.'.repeat(300)}`;

/** Two entries a segment; those trimmed are archived. */
const open = async (fs: FaultyFiles): Promise<SegmentLog> => {
  const archive = await JournalArchive.open({ fs, dir, limits: {} });
  const beforeRemoval = (segment: Parameters<JournalArchive['add']>[0], closing: AbortSignal): Promise<void> =>
    archive.add(segment, closing);
  return SegmentLog.open({ dir, fs, segmentBytes: 1000, beforeRemoval });
};

const appendUpTo = async (log: SegmentLog, last: number): Promise<void> => {
  for (let seq = log.lastSeq + 1; seq <= last; seq += 1) await log.append(blockOf(seq, [text(seq)], seq * 1000));
};

/** The layer's methods, so that a test can put others in their place. */
const layerOf = (fs: FaultyFiles): FileLayer => ({
  makeDir: () => fs.makeDir(),
  list: (path) => fs.list(path),
  size: (path) => fs.size(path),
  open: (path, mode) => fs.open(path, mode),
  rename: (from, to) => fs.rename(from, to),
  unlink: (path) => fs.unlink(path),
  syncDir: (path) => fs.syncDir(path),
  identity: (path) => fs.identity(path),
  space: () => fs.space(),
});

const walk = async (
  fs: FileLayer,
  options: { readonly wanted?: (segment: StoredSegment) => boolean; readonly during?: (seq: number) => unknown } = {},
): Promise<{ seqs: number[]; gaps: StoredGap[] }> => {
  const seqs: number[] = [];
  const gaps: StoredGap[] = [];
  const { wanted = () => true, during } = options;
  for await (const block of storedBlocks({ fs, dir, onGap: (gap) => gaps.push(gap), wanted })) {
    const [said = ''] = textsOf(block);
    const seq = Number(said.split(' ')[1]);
    expect(said).to.equal(text(seq));
    seqs.push(seq);
    await during?.(seq);
  }
  return { seqs, gaps };
};

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);
const pathOf = (fs: FaultyFiles, firstSeq: number): string =>
  fs.paths().find((path) => Number(path.slice(dir.length + 1, dir.length + 17)) === firstSeq) ?? '';

describe('storedBlocks()', () => {
  it('gives archive and live segments in order, without a lock and without a write', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs);
    await appendUpTo(log, 9);
    await log.trim(6);
    expect(fs.paths().filter((path) => path.endsWith('.gz')).length).to.equal(2);
    fs.fault = ({ kind }) => (['open', 'read', 'size', 'list'].includes(kind) ? undefined : { error: 'EROFS' });
    expect(await walk(fs)).to.deep.equal({ seqs: upTo(9), gaps: [] });
    expect(await walk(new FaultyFiles())).to.deep.equal({ seqs: [], gaps: [] });
  });

  it('reads in pieces of any size', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs);
    await appendUpTo(log, 7);
    await log.trim(5);
    fs.fault = ({ kind, number }) => (kind === 'read' ? { bytes: 1 + (number % 70) } : undefined);
    expect(await walk(fs)).to.deep.equal({ seqs: upTo(7), gaps: [] });
  });

  it('a segment there both ways, as a crash leaves it, is given once', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs);
    await appendUpTo(log, 5);
    fs.fault = ({ kind, path }) => (kind === 'unlink' && path.endsWith('1.seg') ? { error: 'EIO' } : undefined);
    await log.trim(3).catch(() => undefined);
    fs.fault = () => undefined;
    expect(fs.paths().filter((path) => path.startsWith(`${dir}/0000000000000001.`)).length).to.equal(2);
    expect(await walk(fs)).to.deep.equal({ seqs: upTo(5), gaps: [] });
    const again = await open(fs);
    await again.trim(3);
    expect(fs.paths().filter((path) => path.startsWith(`${dir}/0000000000000001.`)).length).to.equal(1);
    expect(await walk(fs)).to.deep.equal({ seqs: upTo(5), gaps: [] });
  });

  it('ends where the journal ended when it began, though more is written, archived and removed meanwhile', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs);
    await appendUpTo(log, 8);
    const { seqs, gaps } = await walk(fs, {
      during: async (seq) => {
        await appendUpTo(log, 8 + seq);
        await log.trim(seq);
      },
    });
    expect({ seqs, gaps }).to.deep.equal({ seqs: upTo(8), gaps: [] });
  });

  it('follows a segment that is archived between being listed and being opened', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs);
    await appendUpTo(log, 6);
    const path = pathOf(fs, 3);
    const racing: FileLayer = {
      ...layerOf(fs),
      open: async (asked, mode) => {
        if (asked === path) await log.trim(6);
        return fs.open(asked, mode);
      },
    };
    expect(await walk(racing)).to.deep.equal({ seqs: upTo(6), gaps: [] });
    expect(fs.paths()).to.not.include(path);
  });

  it('tells of damage in either kind of segment, and goes on with the next', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs);
    await appendUpTo(log, 8);
    await log.trim(5);
    for (const firstSeq of [1, 5]) {
      fs.corrupt(pathOf(fs, firstSeq), (content) => {
        content[content.length - 30] = (content[content.length - 30] ?? 0) ^ 255;
        return content;
      });
    }
    const { seqs, gaps } = await walk(fs);
    expect(seqs).to.include.members([3, 4, 5, 7, 8]).and.not.include(6);
    expect(gaps.map(({ kind }) => kind)).to.deep.equal(['damaged', 'damaged']);
    const missing = upTo(8).filter((seq) => !seqs.includes(seq));
    const told = gaps.flatMap((gap) =>
      gap.kind === 'unfinished' ? [] : upTo(8).filter((seq) => seq >= gap.firstSeq && seq <= gap.lastSeq),
    );
    expect(told).to.deep.equal(missing);
  });

  it('passes over one damaged block where the next one is in its place, and no more than the rest of the segment else', async () => {
    const fs = new FaultyFiles();
    const log = await SegmentLog.open({ dir, fs, segmentBytes: 2000 });
    await appendUpTo(log, 8);
    const path = pathOf(fs, 1);
    const block = blockOf(1, [text(1)]).length;
    const flip = (at: number): void =>
      fs.corrupt(path, (content) => {
        content[at] = (content[at] ?? 0) ^ 4;
        return content;
      });
    flip(block + 100);
    const one = await walk(fs);
    expect(one.seqs).to.deep.equal([1, 3, 4, 5, 6, 7, 8]);
    const where = `${path} at ${block}: its checksum does not fit`;
    expect(one.gaps).to.deep.equal([{ kind: 'damaged', firstSeq: 2, lastSeq: 2, where }]);
    flip(block + 8); // Its length.
    const rest = await walk(fs);
    expect(rest.seqs).to.deep.equal([1, 6, 7, 8]);
    expect(rest.gaps).to.deep.equal([
      { kind: 'damaged', firstSeq: 2, lastSeq: 5, where: `${path} at ${block}: is no block` },
    ]);
  });

  it('tells of what was not kept, of a segment that is gone, and of an end cut short', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs);
    await appendUpTo(log, 9);
    await fs.unlink(pathOf(fs, 1));
    await fs.unlink(pathOf(fs, 5));
    fs.corrupt(pathOf(fs, 9), (content) => Buffer.concat([content, Buffer.from('torn')]));
    const { seqs, gaps } = await walk(fs);
    expect(seqs).to.deep.equal([3, 4, 7, 8, 9]);
    expect(gaps.map(({ kind }) => kind)).to.deep.equal(['missing', 'missing', 'unfinished']);
    expect(gaps.slice(0, 2).map((gap) => gap.kind === 'unfinished' || [gap.firstSeq, gap.lastSeq])).to.deep.equal([
      [1, 2],
      [5, 6],
    ]);
  });

  it('passes over unwanted segments without calling them missing', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs);
    await appendUpTo(log, 9);
    await log.trim(6);
    const { seqs, gaps } = await walk(fs, { wanted: ({ firstSeq }) => firstSeq !== 3 });
    expect({ seqs, gaps }).to.deep.equal({ seqs: [1, 2, 5, 6, 7, 8, 9], gaps: [] });
  });
});

describe('listStored()', () => {
  it('knows the times of archived segments, and nothing of other files', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs);
    await appendUpTo(log, 4);
    await log.trim(3);
    for (const name of ['0000000000000009.seg.torn-1', '0000000000000001.seg.gz.tmp', '9999999999999999.seg', 'x.seg'])
      await fs.open(`${dir}/${name}`, 'create');
    const stored = await listStored(fs, dir);
    expect(stored.map(({ firstSeq, times }) => [firstSeq, times?.from, times?.to])).to.deep.equal([
      [1, 1000, 2000],
      [3, undefined, undefined],
    ]);
  });
});
