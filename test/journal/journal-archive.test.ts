import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { archiveName, listArchived, readArchiveName } from '../../src/journal/archived-segment.js';
import { JournalArchive, type KeepLimits, removeUnfinishedArchives } from '../../src/journal/journal-archive.js';
import { SegmentLog } from '../../src/journal/segment-log.js';
import { blockOf } from '../support/blocks.js';
import { FaultyFiles } from '../support/faulty-files.js';

const dir = '/log';
const day = 86_400_000;
const begin = Date.UTC(2026, 0, 1);

/** A log of one entry a segment, entry n received on day n of 2026, whose trimmed segments are archived. */
const archivingLog = async (
  fs: FaultyFiles,
  limits: KeepLimits = {},
): Promise<{ readonly log: SegmentLog; readonly archive: JournalArchive }> => {
  const archive = await JournalArchive.open({ fs, dir, limits });
  const beforeRemoval: NonNullable<Parameters<typeof SegmentLog.open>[0]['beforeRemoval']> = (segment, closing) =>
    archive.add(segment, closing);
  return { log: await SegmentLog.open({ dir, fs, segmentBytes: 100, beforeRemoval }), archive };
};

const entry = (seq: number): Uint8Array => blockOf(seq, [`entry ${seq} ${'.'.repeat(300)}`], begin + seq * day);

const appendUpTo = async (log: SegmentLog, last: number): Promise<void> => {
  for (let seq = log.lastSeq + 1; seq <= last; seq += 1) await log.append(entry(seq));
};

const names = (fs: FaultyFiles): string[] => fs.paths().map((path) => path.slice(dir.length + 1));
const stamp = (seq: number): string => `202601${String(seq + 1).padStart(2, '0')}T000000Z`;
const archived = (seq: number): string => `000000000000000${seq}.${stamp(seq)}-${stamp(seq)}.seg.gz`;
const plain = (seq: number): string => `000000000000000${seq}.seg`;

describe('archiveName()', () => {
  it('says the first number and the times, to whole seconds that hold all entries; sorts by number', () => {
    const name = archiveName(12, { from: begin + 1, to: begin + 1001 });
    expect(name).to.equal('0000000000000012.20260101T000000Z-20260101T000002Z.seg.gz');
    expect(readArchiveName(name)).to.deep.equal({ firstSeq: 12, from: begin, to: begin + 2000, name });
  });

  it('names what no clock can mean all the same', () => {
    for (const ms of [-5, 0, 1e18]) {
      const name = archiveName(1, { from: ms, to: ms });
      expect(readArchiveName(name)?.firstSeq, name).to.equal(1);
    }
  });

  it('takes no other file for an archived segment', () => {
    const close = archiveName(1, { from: 0, to: 0 });
    for (const name of [plain(1), `${close}.tmp`, `x${close}`, close.replace('19700101', '19701301')])
      expect(readArchiveName(name), name).to.equal(undefined);
  });
});

describe('JournalArchive', () => {
  it('keeps the very bytes of what is trimmed, and nothing twice', async () => {
    const fs = new FaultyFiles();
    const { log, archive } = await archivingLog(fs);
    await appendUpTo(log, 4);
    const first = fs.contentOf(`${dir}/${plain(1)}`);
    await log.trim(3);
    expect(names(fs)).to.deep.equal([archived(1), archived(2), plain(3), plain(4)]);
    expect(gunzipSync(fs.contentOf(`${dir}/${archived(1)}`))).to.deep.equal(first);
    const bytes = names(fs).flatMap((name) => (name.endsWith('.gz') ? [fs.contentOf(`${dir}/${name}`).length] : []));
    expect([archive.segments, archive.bytes]).to.deep.equal([2, bytes.reduce((a, b) => a + b)]);
    const again = await JournalArchive.open({ fs, dir, limits: {} });
    expect([again.segments, again.bytes]).to.deep.equal([archive.segments, archive.bytes]);
  });

  it('keeps a segment of many pieces whole', async () => {
    const fs = new FaultyFiles();
    const { log } = await archivingLog(fs);
    const random = Array.from({ length: 30_000 }, (_, n) => Math.sin(n).toString(36)).join(' ');
    for (let seq = 1; seq <= 2; seq += 1) await log.append(blockOf(seq, [random.repeat(5)], begin));
    const whole = fs.contentOf(`${dir}/${plain(1)}`);
    expect(whole.length).to.be.greaterThan(2 * 1024 * 1024);
    await log.trim(2);
    const [kept] = await listArchived(fs, dir);
    expect(gunzipSync(fs.contentOf(`${dir}/${kept?.name ?? ''}`)).equals(whole)).to.equal(true);
  });

  it('removes what is too old, then what is too much, oldest first, each counted', async () => {
    const fs = new FaultyFiles();
    const { log } = await archivingLog(fs);
    await appendUpTo(log, 6);
    await log.trim(6);
    const size = fs.contentOf(`${dir}/${archived(1)}`).length;
    const archive = await JournalArchive.open({ fs, dir, limits: { ms: 3 * day, bytes: 2 * size + 10 } });
    await archive.removeExcess(begin + 5 * day);
    expect(names(fs)).to.deep.equal([archived(4), archived(5), plain(6)]);
    expect(archive.removed).to.deep.equal({ age: 1, size: 2, room: 0 });
    expect(await archive.giveRoom()).to.equal(true);
    expect(await archive.giveRoom()).to.equal(true);
    expect(await archive.giveRoom()).to.equal(false);
    expect([archive.removed.room, archive.bytes, names(fs)]).to.deep.equal([2, 0, [plain(6)]]);
  });

  it('a segment that cannot be kept stays in the log, and is kept by the next trim', async () => {
    for (const kind of ['open', 'write', 'sync', 'rename', 'syncDir'] as const) {
      const fs = new FaultyFiles();
      const { log, archive } = await archivingLog(fs);
      await appendUpTo(log, 2);
      fs.fault = (operation) => (operation.kind === kind ? { error: 'ENOSPC' } : undefined);
      const failed: unknown = await log.trim(2).catch((error: unknown) => error);
      expect(failed, kind).to.include({ code: 'write-failed', systemCode: 'ENOSPC' });
      expect(names(fs), kind)
        .to.include(plain(1))
        .and.not.include(`${plain(1)}.gz.tmp`);
      fs.fault = () => undefined;
      await log.trim(2);
      expect(names(fs), kind).to.deep.equal([archived(1), plain(2)]);
      expect(archive.segments).to.equal(1);
    }
  });

  it('closing the log ends a trim; what it had not kept is there at the next start', async () => {
    const fs = new FaultyFiles();
    const { log } = await archivingLog(fs);
    await appendUpTo(log, 5);
    const trim = log.trim(5).catch(() => 'ended');
    await log.close();
    await trim;
    const { log: again } = await archivingLog(fs);
    const kept = names(fs).filter((name) => name.endsWith('.gz')).length;
    expect(again.firstSeq).to.be.at.most(kept + 1);
    expect(kept).to.be.lessThan(4);
  });
});

describe('removeUnfinishedArchives()', () => {
  it('removes what an interrupted run left, and only that', async () => {
    const fs = new FaultyFiles();
    for (const name of [`${plain(1)}.gz.tmp`, plain(1), archived(1), 'notes.tmp'])
      await fs.open(`${dir}/${name}`, 'create');
    await removeUnfinishedArchives(fs, dir);
    expect(names(fs)).to.deep.equal([archived(1), plain(1), 'notes.tmp']);
  });
});
