import { expect } from 'chai';
import { BlockFeed } from '../../src/run/block-feed.js';
import { openFrameJournal, type FrameJournal } from '../../src/run/frame-journal.js';
import type { IoStart } from '../../src/run/messages.js';
import { blockOf, textsOf } from '../support/blocks.js';
import { collectGarbage } from '../support/collect-garbage.js';
import { until } from '../support/eventually.js';
import { FaultyFiles } from '../support/faulty-files.js';
import { noteLog } from '../support/note-log.js';

describe('FrameJournal', () => {
  let journal: FrameJournal | undefined;
  afterEach(() => journal?.close().catch(() => undefined)); // A failed sync is told again.

  const open = async (fs: FaultyFiles, fsync: IoStart['journal']['fsync']) => {
    const { log, notes } = noteLog();
    const given: string[] = [];
    const feed = new BlockFeed({ send: (block) => given.push(...textsOf(block)), lost: () => expect.fail('lost') });
    const start: IoStart = {
      ...{
        inputs: [],
        imports: [],
        position: 0,
        positions: [],
        receivedAt: 0,
        capture: undefined,
        generation: undefined,
      },
      http: {} as IoStart['http'],
      journal: { dir: '/journal', fsync, maxBytes: 1_000_000, keep: undefined },
    };
    journal = await openFrameJournal({ start, feed, positions: new Map(), lost: {}, log, fs });
    const opened = journal;
    const write = (seq: number, text: string) => opened.write(blockOf(seq, [text]), { firstSeq: seq, count: 1 });
    return { journal: opened, write, given, notes, feed };
  };

  it('gives the core nothing of a block whose fsync failed, and writes nothing more', async () => {
    const fs = new FaultyFiles();
    const { write, given } = await open(fs, 'always');
    await write(1, 'safe');
    fs.fault = ({ kind }) => (kind === 'sync' ? { error: 'EIO' } : undefined);
    const codeOf = (failing: Promise<void>): Promise<unknown> =>
      failing.then(
        () => 'written',
        (cause: unknown) => (cause as { code?: unknown }).code,
      );
    expect(await codeOf(write(2, 'not safe'))).to.equal('sync-failed');
    fs.fault = () => undefined; // The kernel would say yes now.
    expect(await codeOf(write(3, 'behind it'))).to.not.equal('written');
    expect(given).to.deep.equal(['safe']);
  });

  it('acknowledges nothing after a failed fsync of a group', async () => {
    const fs = new FaultyFiles();
    const { journal: opened, write } = await open(fs, 60_000);
    await write(1, 'one');
    fs.fault = ({ kind }) => (kind === 'sync' ? { error: 'EIO' } : undefined);
    for (let n = 0; n < 2; n += 1) {
      const failed = await opened.sync().then(
        () => false,
        () => true,
      );
      expect(failed).to.equal(true);
      fs.fault = () => undefined;
    }
  });

  it('is full while the disk takes nothing, tells once, and goes on with the same block', async () => {
    const fs = new FaultyFiles();
    const { journal: opened, write, given, notes } = await open(fs, 'off');
    fs.fault = ({ kind }) => (kind === 'write' ? { error: 'ENOSPC' } : undefined);
    const written = write(1, 'one');
    await until('it is full', () => opened.full);
    expect(given).to.deep.equal([]);
    fs.fault = () => undefined;
    await written;
    expect(opened.full).to.equal(false);
    expect(given).to.deep.equal(['one']);
    expect(notes.map((note) => note.split(' ')[0])).to.deep.equal(['error', 'info']);
  });

  it('keeps little in memory of what a core that takes nothing has yet to get, and gives it all afterwards', async () => {
    const { journal: opened, given, feed } = await open(new FaultyFiles(), 'off');
    feed.hold();
    const kept: WeakRef<Uint8Array>[] = [];
    for (let seq = 1; seq <= 60; seq += 1) {
      const block = blockOf(seq, [`${seq} ${'x'.repeat(1024 * 1024)}`]);
      kept.push(new WeakRef(block));
      await opened.write(block, { firstSeq: seq, count: 1 });
    }
    await new Promise((resolve) => setImmediate(resolve)); // What a WeakRef was made of stays for a turn.
    collectGarbage();
    expect(kept.filter((one) => one.deref() !== undefined).length).to.be.at.most(20);
    feed.resume([]);
    for (let done = 0; done < 60; done += 1) {
      await until('more is given', () => given.length > done);
      feed.done();
    }
    expect(given.map((text) => Number.parseInt(text, 10))).to.deep.equal(Array.from({ length: 60 }, (_, n) => n + 1));
  });
});
