import { expect } from 'chai';
import fc from 'fast-check';
import { BlockFeed, type FeedBlock } from '../../src/run/block-feed.js';

const mebibyte = 1024 * 1024;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('BlockFeed', () => {
  it('hands every block on, in order, whatever was kept in memory and however the core lags', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), kept: fc.boolean(), mebibytes: fc.nat(3) }),
      fc.record({ do: fc.constant('done' as const), kept: fc.constant(false), mebibytes: fc.constant(0) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const sent: number[] = [];
        const feed = new BlockFeed({
          send: (block) => sent.push(block[0] ?? -1),
          lost: () => expect.fail('nothing is lost'),
        });
        let added = 0;
        let finished = 0;
        for (const { do: what, kept, mebibytes } of steps) {
          if (what === 'done') {
            if (finished === sent.length) continue;
            finished += 1;
            feed.done();
          } else {
            const bytes = new Uint8Array(1 + mebibytes * mebibyte).fill(added, 0, 1);
            const load = async (): Promise<Uint8Array> => bytes;
            feed.add({ firstSeq: added, count: 1, length: bytes.length, bytes: kept ? bytes : undefined, load });
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

  it('has no more than a few MiB under way, and frees memory of what can be read back', async () => {
    let sent = 0;
    const feed = new BlockFeed({ send: (block) => (sent += block.length), lost: () => undefined });
    const bytes = new Uint8Array(mebibyte);
    for (let n = 0; n < 200; n += 1) {
      feed.add({ firstSeq: n, count: 1, length: bytes.length, bytes, load: async () => bytes });
    }
    await turn();
    expect(sent).to.equal(4 * mebibyte);
    expect(feed.queuedBytes).to.equal(196 * mebibyte);
    expect(feed.full).to.equal(true);
    let seen = sent;
    for (let n = 0; n < 200; n += 1) {
      feed.done();
      await turn();
      expect(sent - seen).to.be.at.most(mebibyte);
      seen = sent;
    }
    expect(sent).to.equal(200 * mebibyte);
    expect(feed.full).to.equal(false);
  });

  it('sends another core what it is given again before what was never sent, and nothing meanwhile', async () => {
    const sent: number[] = [];
    const feed = new BlockFeed({
      send: (block) => sent.push(block[0] ?? -1),
      lost: () => expect.fail('nothing is lost'),
    });
    const block = (n: number): FeedBlock => ({
      firstSeq: n * 10,
      count: 10,
      length: 1,
      load: async () => new Uint8Array([n]),
    });
    for (let n = 0; n < 5; n += 1) feed.add(block(n));
    await turn();
    feed.done();
    expect(feed.hold(), 'all were sent').to.equal(50);
    feed.add(block(5));
    let idle = false;
    void feed.idle().then(() => (idle = true));
    await turn();
    expect(sent).to.deep.equal([0, 1, 2, 3, 4]);
    // Done with by the core before, which could not save what it made of it.
    feed.resume([0, 1, 2, 3, 4].map(block));
    await turn();
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
    let read: (bytes: Uint8Array) => void = () => undefined;
    const load = (): Promise<Uint8Array> => new Promise((resolve) => (read = resolve));
    feed.add({ firstSeq: 1, count: 1, length: 1, load });
    expect(feed.hold(), 'the first that waits').to.equal(2);
    feed.resume([{ firstSeq: 1, count: 1, length: 1, load: async () => new Uint8Array([1]) }]);
    read(new Uint8Array([9]));
    await turn();
    expect(sent).to.deep.equal([1]);
  });

  it('says what it could not read back, and goes on', async () => {
    const lost: number[] = [];
    const sent: number[] = [];
    const feed = new BlockFeed({
      send: (block) => sent.push(block[0] ?? -1),
      lost: ({ firstSeq }) => lost.push(firstSeq),
    });
    const load = (): Promise<Uint8Array> => Promise.reject(new Error('damaged'));
    feed.add({ firstSeq: 1, count: 5, length: 10, load });
    feed.add({ firstSeq: 6, count: 1, length: 1, bytes: new Uint8Array([6]) });
    await turn();
    expect(lost).to.deep.equal([1]);
    expect(sent).to.deep.equal([6]);
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
