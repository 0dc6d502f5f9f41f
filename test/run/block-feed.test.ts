import { expect } from 'chai';
import fc from 'fast-check';
import { collectGarbage } from '../support/collect-garbage.js';
import type { BlockRun } from '../../src/journal/block-run.js';
import type { RunPiece } from '../../src/journal/run-read.js';
import { BlockFeed, type FeedBlock } from '../../src/run/block-feed.js';

const mebibyte = 1024 * 1024;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Blocks of one entry each in segments of five, of which a piece has two at most. */
class Disk {
  readonly #blocks: Uint8Array[] = [];
  #offset = 0;

  constructor(feed: BlockFeed) {
    feed.readBack = async (run) => this.read(run);
  }

  append(bytes: Uint8Array): BlockRun {
    const firstSeq = this.#blocks.push(bytes.slice()) - 1;
    if (firstSeq % 5 === 0) this.#offset = 0;
    const offset = this.#offset;
    this.#offset += bytes.length;
    return { segment: firstSeq - (firstSeq % 5), offset, length: bytes.length, firstSeq, count: 1 };
  }

  read({ firstSeq, count }: BlockRun): RunPiece {
    const blocks = this.#blocks.slice(firstSeq, firstSeq + Math.min(count, 2));
    return { blocks, length: blocks.reduce((sum, { length }) => sum + length, 0), count: blocks.length };
  }
}

describe('BlockFeed', () => {
  it('hands every block on, in order, whatever was kept in memory and however the core lags', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), kept: fc.boolean(), mebibytes: fc.nat(9) }),
      fc.record({ do: fc.constant('done' as const), kept: fc.constant(false), mebibytes: fc.constant(0) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const sent: number[] = [];
        const feed = new BlockFeed({
          send: (block) => sent.push(block[0] ?? -1),
          lost: () => expect.fail('nothing is lost'),
        });
        const disk = new Disk(feed);
        let added = 0;
        let finished = 0;
        for (const { do: what, kept, mebibytes } of steps) {
          if (what === 'done') {
            if (finished === sent.length) continue;
            finished += 1;
            feed.done();
          } else {
            const bytes = new Uint8Array(1 + mebibytes * mebibyte).fill(added, 0, 1);
            const stored = disk.append(bytes);
            feed.add({ firstSeq: added, count: 1, length: bytes.length, bytes: kept ? bytes : undefined, stored });
            added += 1;
          }
          await turn();
        }
        while (finished < added) {
          await turn();
          expect(sent.length).to.be.greaterThan(finished);
          finished += 1;
          feed.done();
        }
        await feed.idle();
        expect(sent).to.deep.equal(Array.from({ length: added }, (_, n) => n));
        expect(feed.queuedBytes).to.equal(0);
      }),
      { numRuns: 50 },
    );
  });

  it('has no more than a few MiB under way, and keeps little in memory of what can be read back', async () => {
    let sent = 0;
    const feed = new BlockFeed({ send: (block) => (sent += block.length), lost: () => undefined });
    const disk = new Disk(feed);
    const kept: WeakRef<Uint8Array>[] = [];
    for (let n = 0; n < 100; n += 1) {
      const bytes = new Uint8Array(mebibyte);
      kept.push(new WeakRef(bytes));
      feed.add({ firstSeq: n, count: 1, length: bytes.length, bytes, stored: disk.append(bytes) });
    }
    await turn();
    expect(sent).to.equal(4 * mebibyte);
    expect(feed.queuedBytes).to.equal(96 * mebibyte);
    expect(feed.full).to.equal(false);
    collectGarbage();
    expect(kept.filter((one) => one.deref() !== undefined).length).to.be.at.most(20);
    let seen = sent;
    for (let n = 0; n < 100; n += 1) {
      feed.done();
      await turn();
      expect(sent - seen).to.be.at.most(2 * mebibyte);
      seen = sent;
    }
    expect(sent).to.equal(100 * mebibyte);
  });

  it('is full of what cannot be read back, until the core has taken it; small blocks count as what they hold', async () => {
    const feed = new BlockFeed({ send: () => undefined, lost: () => undefined });
    const add = (n: number): void =>
      feed.add({ firstSeq: n, count: 1, length: 100, bytes: new Uint8Array(mebibyte).subarray(0, 100) });
    feed.hold();
    for (let n = 0; n < 64; n += 1) add(n);
    expect(feed.full).to.equal(false);
    add(64);
    expect(feed.full).to.equal(true);
    feed.resume([]);
    await turn();
    expect(feed.full).to.equal(false);
  });

  it('sends another core what it is given again before what was never sent, and nothing meanwhile', async () => {
    const sent: number[] = [];
    const feed = new BlockFeed({
      send: (block) => sent.push(block[0] ?? -1),
      lost: () => expect.fail('nothing is lost'),
    });
    const disk = new Disk(feed);
    const runs = [0, 1, 2, 3, 4, 5].map((n) => disk.append(new Uint8Array([n])));
    const add = (stored: BlockRun | undefined): void => {
      if (stored !== undefined) feed.add({ ...stored, stored } satisfies FeedBlock);
    };
    for (const run of runs.slice(0, 5)) add(run);
    for (let n = 0; n < 4; n += 1) await turn();
    feed.done();
    expect(feed.hold(), 'all were sent').to.equal(5);
    add(runs[5]);
    let idle = false;
    void feed.idle().then(() => (idle = true));
    await turn();
    expect(sent).to.deep.equal([0, 1, 2, 3, 4]);
    // Done with by the core before, which could not save what it made of it.
    feed.resume(runs.slice(0, 5));
    for (let n = 0; n < 4; n += 1) await turn();
    expect(sent).to.deep.equal([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5]);
    expect(idle).to.equal(false);
    for (let n = 0; n < 6; n += 1) feed.done();
    await turn();
    expect(idle).to.equal(true);
    expect(feed.queuedBytes).to.equal(0);
  });

  it('does not send another core what was being read back for the one before', async () => {
    const sent: number[] = [];
    const feed = new BlockFeed({
      send: (block) => sent.push(block[0] ?? -1),
      lost: () => expect.fail('nothing is lost'),
    });
    const reads: ((piece: RunPiece) => void)[] = [];
    feed.readBack = () => new Promise((resolve) => reads.push(resolve));
    const stored = { segment: 1, offset: 0, length: 1, firstSeq: 1, count: 1 };
    feed.add({ ...stored, stored });
    expect(feed.hold(), 'the first that was never sent').to.equal(1);
    feed.resume([]);
    reads[0]?.({ blocks: [new Uint8Array([9])], length: 1, count: 1 });
    await turn();
    reads[1]?.({ blocks: [new Uint8Array([1])], length: 1, count: 1 });
    await turn();
    expect(sent).to.deep.equal([1]);
    expect(feed.queuedBytes).to.equal(0);
  });

  it('says what it could not read back, and goes on', async () => {
    const lost: string[] = [];
    const sent: number[] = [];
    const feed = new BlockFeed({
      send: (block) => sent.push(block[0] ?? -1),
      lost: ({ firstSeq, count }, why) => lost.push(`${count} from ${firstSeq}: ${why}`),
    });
    const stored = { segment: 1, offset: 0, length: 10, firstSeq: 1, count: 5 };
    const pieces = [
      async (): Promise<RunPiece> => ({ blocks: [], length: 4, count: 2, fault: 'damaged' }),
      async (): Promise<RunPiece> => ({ blocks: [new Uint8Array([3])], length: 1, count: 1 }),
      (): Promise<RunPiece> => Promise.reject(new Error('no such file')),
    ];
    feed.readBack = () => pieces.shift()?.() ?? expect.fail('nothing is left to be read');
    feed.add({ ...stored, stored });
    feed.add({ firstSeq: 6, count: 1, length: 1, bytes: new Uint8Array([6]) });
    await turn();
    expect(lost).to.deep.equal(['2 from 1: damaged', '2 from 4: no such file']);
    expect(sent).to.deep.equal([3, 6]);
    expect(feed.queuedBytes).to.equal(0);
  });

  it('says how long the oldest block waits, sent or not, and nothing where none does', async () => {
    const realNow = performance.now.bind(performance);
    let at = 1000;
    performance.now = () => at;
    try {
      const feed = new BlockFeed({ send: () => undefined, lost: () => expect.fail('nothing is lost') });
      const add = (firstSeq: number): void =>
        feed.add({ firstSeq, count: 1, length: 5 * mebibyte, bytes: new Uint8Array(1) });
      expect(feed.delayMs).to.equal(0);
      add(1);
      at = 1300;
      add(2);
      expect(feed.delayMs, 'of the first').to.equal(300);
      at = 1500;
      feed.done();
      expect(feed.delayMs, 'of the second').to.equal(200);
      await turn();
      feed.done();
      expect(feed.delayMs).to.equal(0);
    } finally {
      performance.now = realNow;
    }
  });
});
