import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect } from 'chai';
import { JournalError } from '../../src/journal/journal-error.js';
import { type BlockLocation, type Gap, SegmentLog } from '../../src/journal/segment-log.js';
import { blockOf, textsOf } from '../support/blocks.js';
import { FaultyFiles } from '../support/faulty-files.js';

const dir = '/log';
const open = (fs: FaultyFiles, segmentBytes = 1000): Promise<SegmentLog> => SegmentLog.open({ dir, fs, segmentBytes });

/** A block of one entry with this number, about 400 bytes. */
const numbered = (seq: number): Uint8Array => blockOf(seq, [`entry ${seq} ${'.'.repeat(300)}`]);

const appendNumbers = async (log: SegmentLog, from: number, to: number): Promise<BlockLocation[]> => {
  const locations: BlockLocation[] = [];
  for (let seq = from; seq <= to; seq += 1) locations.push(await log.append(numbered(seq)));
  return locations;
};

const walk = async (log: SegmentLog, seq: number): Promise<{ seqs: number[]; gaps: Gap[] }> => {
  const seqs: number[] = [];
  const gaps: Gap[] = [];
  for await (const location of log.blocksFrom(seq, (gap) => gaps.push(gap))) seqs.push(location.firstSeq);
  return { seqs, gaps };
};

const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return 'resolved';
  } catch (error) {
    return error instanceof JournalError ? error.code : String(error);
  }
};

describe('SegmentLog', () => {
  it('refuses what another version wrote, and cuts nothing off it', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs);
    await appendNumbers(log, 1, 1);
    await log.close();
    const block = Buffer.from(numbered(2));
    block.writeUInt32LE(2, 36);
    block.writeUInt32LE(crc32(block.subarray(8)), 4);
    const file = await fs.open(`${dir}/0000000000000001.seg`, 'update');
    const size = await file.size();
    await file.write(block, size);
    expect(await codeOf(open(fs))).to.equal('unknown-version');
    expect(await file.size()).to.equal(size + block.length);
    expect(fs.paths()).to.have.length(1);
    await file.write(Buffer.from([0]), size + 300);
    expect((await open(fs)).recovered.tornBytes, 'damaged, it is of no version').to.equal(block.length);
  });

  it('gives back what was appended, over segments and a restart', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs);
    expect([log.firstSeq, log.lastSeq]).to.deep.equal([1, 0]);
    const locations = await Promise.all([1, 2, 3, 4, 5].map((seq) => log.append(numbered(seq))));
    expect(locations.map((l) => l.segment)).to.deep.equal([1, 1, 3, 3, 5]);
    expect(fs.paths()).to.deep.equal([1, 3, 5].map((seq) => `${dir}/000000000000000${seq}.seg`));
    await log.close();
    const again = await open(fs);
    expect([again.firstSeq, again.lastSeq, again.bytes]).to.deep.equal([1, 5, log.bytes]);
    expect(again.recovered).to.deep.equal({ tornBytes: 0, tornFile: undefined });
    await appendNumbers(again, 6, 7);
    expect(await walk(again, 1)).to.deep.equal({ seqs: [1, 2, 3, 4, 5, 6, 7], gaps: [] });
    const bytes = await again.read(locations[2]!);
    expect([textsOf(bytes)[0]?.slice(0, 7), bytes.byteOffset]).to.deep.equal(['entry 3', 0]);
  });

  it('blocksFrom() begins with the block that holds the number, and ends with nothing beyond the last', async () => {
    const log = await open(new FaultyFiles());
    await log.append(blockOf(1, ['a', 'b', 'c']));
    await log.append(blockOf(4, ['d', 'e']));
    expect((await walk(log, 2)).seqs).to.deep.equal([1, 4]);
    expect((await walk(log, 3)).seqs).to.deep.equal([1, 4]);
    expect((await walk(log, 4)).seqs).to.deep.equal([4]);
    expect(await walk(log, 6)).to.deep.equal({ seqs: [], gaps: [] });
    expect(await walk(await open(new FaultyFiles()), 1)).to.deep.equal({ seqs: [], gaps: [] });
  });

  it('blocksFrom() goes on into what is appended, and into new segments, while it walks', async () => {
    const log = await open(new FaultyFiles());
    await appendNumbers(log, 1, 2);
    const seqs: number[] = [];
    const gaps: Gap[] = [];
    for await (const { firstSeq } of log.blocksFrom(1, (gap) => gaps.push(gap))) {
      seqs.push(firstSeq);
      if (firstSeq < 8) await appendNumbers(log, log.lastSeq + 1, log.lastSeq + 1);
    }
    expect({ seqs, gaps }).to.deep.equal({ seqs: [1, 2, 3, 4, 5, 6, 7, 8, 9], gaps: [] });
  });

  it('completes short writes', async () => {
    const fs = new FaultyFiles();
    fs.fault = ({ kind }) => (kind === 'write' || kind === 'read' ? { bytes: 7 } : undefined);
    const log = await open(fs);
    const [first] = await appendNumbers(log, 1, 3);
    expect(Buffer.from(await log.read(first!))).to.deep.equal(Buffer.from(numbered(1)));
    await log.close();
    expect((await open(fs)).lastSeq).to.equal(3);
  });

  it('a failed write rejects, takes those queued behind it along, and is cut off before the next', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs, 10_000);
    await appendNumbers(log, 1, 1);
    let full = true;
    fs.fault = ({ kind }) => (kind === 'write' && full ? { error: 'ENOSPC', bytes: 100 } : undefined);
    const failing = log.append(numbered(2));
    const behind = log.append(numbered(3));
    const error: unknown = await failing.catch((e: unknown) => e);
    expect(error).to.be.instanceOf(JournalError).and.include({ code: 'write-failed', systemCode: 'ENOSPC' });
    expect(await codeOf(behind)).to.equal('out-of-order');
    expect(log.lastSeq).to.equal(1);
    expect((await walk(log, 1)).seqs).to.deep.equal([1]);
    full = false;
    expect(await codeOf(log.append(numbered(3)))).to.equal('out-of-order');
    await appendNumbers(log, 2, 3);
    await log.close();
    const again = await open(fs);
    expect(again.recovered.tornBytes).to.equal(0);
    expect(await walk(again, 1)).to.deep.equal({ seqs: [1, 2, 3], gaps: [] });
  });

  it('a segment that cannot be begun rejects and is begun by the next append', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs);
    await appendNumbers(log, 1, 2);
    for (const kind of ['open', 'syncDir']) {
      fs.fault = (operation) => (operation.kind === kind ? { error: 'ENOSPC' } : undefined);
      expect(await codeOf(log.append(numbered(3)))).to.equal('write-failed');
    }
    fs.fault = () => undefined;
    await appendNumbers(log, 3, 4);
    expect(await walk(log, 1)).to.deep.equal({ seqs: [1, 2, 3, 4], gaps: [] });
  });

  it('a segment that could not be begun stays the next one, also for a block the old one had room for', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs);
    await log.append(numbered(1));
    fs.fault = ({ kind }) => (kind === 'syncDir' ? { error: 'EIO' } : undefined);
    expect(await codeOf(log.append(blockOf(2, ['x'.repeat(900)])))).to.equal('write-failed');
    fs.fault = () => undefined;
    await appendNumbers(log, 2, 2);
    await log.close();
    const again = await open(fs);
    expect(again.lastSeq).to.equal(2);
    expect(await walk(again, 1)).to.deep.equal({ seqs: [1, 2], gaps: [] });
  });

  it('a block whose write failed does not come back when a new segment follows', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs);
    await log.append(numbered(1));
    fs.fault = ({ kind }) => (kind === 'write' ? { error: 'EIO', bytes: 10_000 } : undefined);
    expect(await codeOf(log.append(numbered(2)))).to.equal('write-failed');
    fs.fault = () => undefined;
    await log.append(blockOf(2, ['y'.repeat(900)]));
    await log.close();
    const again = await open(fs);
    const texts: string[] = [];
    for await (const location of again.blocksFrom(1, () => expect.fail('gap'))) {
      texts.push(...textsOf(await again.read(location)));
    }
    expect(texts.map((text) => text[0])).to.deep.equal(['e', 'y']);
  });

  it('a failed sync is for good: the kernel would say yes the next time without having written', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs);
    const [first] = await appendNumbers(log, 1, 1);
    let once = true;
    fs.fault = ({ kind }) => {
      if (kind !== 'sync' || !once) return undefined;
      once = false;
      return { error: 'EIO' };
    };
    const syncs = await Promise.all([codeOf(log.sync()), codeOf(log.sync())]);
    expect(syncs).to.deep.equal(['sync-failed', 'sync-failed']);
    expect(await codeOf(log.sync())).to.equal('sync-failed');
    expect(await codeOf(log.append(numbered(2)))).to.equal('sync-failed');
    expect(textsOf(await log.read(first!))[0]).to.match(/^entry 1 /);
  });

  it('refuses what is no block, an empty block, a number out of order, and everything once closed', async () => {
    const log = await open(new FaultyFiles());
    expect(await codeOf(log.append(Buffer.alloc(100)))).to.equal('not-a-block');
    expect(await codeOf(log.append(numbered(1).subarray(0, 100)))).to.equal('not-a-block');
    expect(await codeOf(log.append(blockOf(1, [])))).to.equal('not-a-block');
    expect(await codeOf(log.append(numbered(2)))).to.equal('out-of-order');
    await log.close();
    expect(await codeOf(log.append(numbered(1)))).to.equal('closed');
  });

  it('cuts a torn tail at the start, keeps its bytes and says how many', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs, 10_000);
    await appendNumbers(log, 1, 3);
    await log.close();
    const path = `${dir}/0000000000000001.seg`;
    fs.corrupt(path, (content) => content.subarray(0, content.length - 50));
    const again = await open(fs, 10_000);
    expect(again.lastSeq).to.equal(2);
    expect(again.recovered).to.deep.equal({ tornBytes: numbered(3).length - 50, tornFile: `${path}.torn-1` });
    expect(fs.contentOf(`${path}.torn-1`)).to.deep.equal(Buffer.from(numbered(3).subarray(0, -50)));
    await appendNumbers(again, 3, 3);
    expect(await walk(again, 1)).to.deep.equal({ seqs: [1, 2, 3], gaps: [] });
  });

  it('starts with torn bytes that cannot be kept for want of room, and says so', async () => {
    const fs = new FaultyFiles();
    await appendNumbers(await open(fs), 1, 1);
    fs.corrupt(`${dir}/0000000000000001.seg`, (content) => Buffer.concat([content, Buffer.alloc(9)]));
    fs.fault = ({ kind, path }) => (kind === 'write' && path.includes('torn') ? { error: 'ENOSPC' } : undefined);
    const again = await open(fs);
    expect(again.recovered).to.deep.equal({ tornBytes: 9, tornFile: undefined });
    expect(again.lastSeq).to.equal(1);
  });

  it('keeps 16 files of torn bytes at most', async () => {
    const fs = new FaultyFiles();
    await appendNumbers(await open(fs), 1, 1);
    for (let round = 0; round < 20; round += 1) {
      fs.corrupt(`${dir}/0000000000000001.seg`, (content) => Buffer.concat([content, Buffer.alloc(9)]));
      await (await open(fs)).close();
    }
    const torn = fs.paths().filter((path) => path.includes('torn'));
    expect(torn.length).to.equal(16);
    expect(torn.some((path) => path.endsWith('torn-20'))).to.equal(true);
  });

  it('goes on with the numbers of a last segment that holds nothing', async () => {
    const fs = new FaultyFiles();
    await appendNumbers(await open(fs), 1, 3);
    fs.corrupt(`${dir}/0000000000000003.seg`, () => Buffer.alloc(0));
    const log = await open(fs);
    expect(log.lastSeq).to.equal(2);
    await appendNumbers(log, 3, 3);
    expect((await walk(log, 1)).seqs).to.deep.equal([1, 2, 3]);
  });

  it('read() refuses a damaged block, and the others stay readable', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs);
    const locations = await appendNumbers(log, 1, 4);
    fs.corrupt(`${dir}/0000000000000001.seg`, (content) => content.fill(0x21, 100, 101));
    expect(await codeOf(log.read(locations[0]!))).to.equal('damaged');
    expect(await codeOf(log.read(locations[1]!))).to.equal('resolved');
    expect(await codeOf(log.read({ ...locations[1]!, offset: 3 }))).to.equal('damaged');
    expect(await codeOf(log.read({ ...locations[1]!, segment: 99 }))).to.equal('read-failed');
  });

  it('blocksFrom() tells of a broken header and goes on with the next segment', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs);
    await appendNumbers(log, 1, 6);
    const path = `${dir}/0000000000000003.seg`;
    fs.corrupt(path, (content) => content.fill(0, 0, 4));
    const gap = { firstSeq: 3, lastSeq: 4, reason: 'damaged', path, offset: 0 };
    expect(await walk(log, 1)).to.deep.equal({ seqs: [1, 2, 5, 6], gaps: [gap] });
    expect(await walk(log, 4)).to.deep.equal({ seqs: [5, 6], gaps: [{ ...gap, firstSeq: 4 }] });
    expect(await walk(log, 5)).to.deep.equal({ seqs: [5, 6], gaps: [] });
  });

  it('blocksFrom() tells of damage in the last segment, up to the last number', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs);
    await appendNumbers(log, 1, 4);
    const path = `${dir}/0000000000000003.seg`;
    fs.corrupt(path, (content) => content.fill(0, 0, 4));
    expect(await walk(log, 2)).to.deep.equal({
      seqs: [2],
      gaps: [{ firstSeq: 3, lastSeq: 4, reason: 'damaged', path, offset: 0 }],
    });
  });

  it('blocksFrom() tells of a segment that is gone, and of what was trimmed', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs);
    await appendNumbers(log, 1, 6);
    await fs.unlink(`${dir}/0000000000000003.seg`);
    const again = await open(fs);
    for (const each of [log, again]) {
      const { seqs, gaps } = await walk(each, 1);
      expect(seqs).to.deep.equal([1, 2, 5, 6]);
      expect(gaps.map((g) => [g.firstSeq, g.lastSeq, g.reason])).to.deep.equal([[3, 4, 'missing']]);
    }
    await log.trim(5);
    expect((await walk(log, 1)).gaps.map((g) => [g.firstSeq, g.lastSeq, g.reason])).to.deep.equal([[1, 4, 'missing']]);
  });

  it('trim() removes whole segments below the number, never the last, with their torn bytes', async () => {
    const fs = new FaultyFiles();
    await appendNumbers(await open(fs), 1, 1);
    fs.corrupt(`${dir}/0000000000000001.seg`, (content) => Buffer.concat([content, Buffer.alloc(9)]));
    const log = await open(fs);
    await appendNumbers(log, 2, 6);
    const bytes = log.bytes;
    expect(await log.trim(2)).to.equal(0);
    const [freed] = await Promise.all([log.trim(4), log.trim(4)]);
    expect(freed).to.equal(2 * numbered(1).length);
    expect([log.firstSeq, log.bytes]).to.deep.equal([3, bytes - freed]);
    await log.trim(1000);
    expect(fs.paths()).to.deep.equal([`${dir}/0000000000000005.seg`]);
    expect((await walk(log, log.firstSeq)).seqs).to.deep.equal([5, 6]);
  });

  it('skipTo() goes on with a later number in a new segment, and the numbers given up are told', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs, 10_000);
    await appendNumbers(log, 1, 2);
    await log.skipTo(1);
    await log.skipTo(9);
    await appendNumbers(log, 10, 11);
    for (const each of [log, await open(fs)]) {
      const { seqs, gaps } = await walk(each, 1);
      expect(seqs).to.deep.equal([1, 2, 10, 11]);
      expect(gaps.map((g) => [g.firstSeq, g.lastSeq, g.reason])).to.deep.equal([[3, 9, 'missing']]);
    }
  });

  it('leaveIfRemoved() begins another segment where the one being written is gone, and only there', async () => {
    const fs = new FaultyFiles();
    const log = await open(fs, 10_000);
    expect(await log.leaveIfRemoved()).to.equal(undefined);
    await appendNumbers(log, 1, 2);
    expect(await log.leaveIfRemoved()).to.equal(undefined);
    await fs.unlink(`${dir}/0000000000000001.seg`);
    expect((await log.leaveIfRemoved())?.firstSeq).to.equal(1);
    expect(await log.leaveIfRemoved()).to.equal(undefined);
    await appendNumbers(log, 3, 4);
    await log.close();
    const { seqs, gaps } = await walk(await open(fs), 1);
    expect(seqs).to.deep.equal([3, 4]);
    expect(gaps.map((g) => [g.firstSeq, g.lastSeq, g.reason])).to.deep.equal([[1, 2, 'missing']]);
  });

  it('puts a block larger than a segment into one of its own', async () => {
    const log = await open(new FaultyFiles(), 500);
    await log.append(blockOf(1, ['x'.repeat(5000)]));
    expect((await log.append(numbered(2))).segment).to.equal(2);
  });

  it('works on real files', async () => {
    const real = await mkdtemp(join(tmpdir(), 'segment-log-'));
    try {
      const log = await SegmentLog.open({ dir: join(real, 'deep', 'journal'), segmentBytes: 1000 });
      const [first] = await appendNumbers(log, 1, 5);
      await log.sync();
      expect((await walk(log, 2)).seqs).to.deep.equal([2, 3, 4, 5]);
      expect(Buffer.from(await log.read(first!))).to.deep.equal(Buffer.from(numbered(1)));
      await log.trim(4);
      await log.close();
      expect(await readdir(log.dir)).to.deep.equal(['0000000000000003.seg', '0000000000000005.seg']);
      const file = await readFile(join(log.dir, '0000000000000005.seg'));
      expect(file).to.deep.equal(Buffer.from(numbered(5)));
    } finally {
      await rm(real, { recursive: true });
    }
  });
});
