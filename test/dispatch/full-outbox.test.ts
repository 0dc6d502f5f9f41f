import { expect } from 'chai';
import fc from 'fast-check';
import { DeadLetters } from '../../src/dispatch/dead-letters.js';
import { Delivery } from '../../src/dispatch/delivery.js';
import { Lane } from '../../src/dispatch/lane.js';
import { LanePositions } from '../../src/dispatch/lane-positions.js';
import { Outbox } from '../../src/dispatch/outbox.js';
import { NoticeEvent } from '../../src/events/event.js';
import { DeliveryError, type Listener } from '../../src/listener.js';
import type { Log } from '../../src/module.js';
import { EventBatch } from '../../src/run/event-batch.js';
import { until } from '../support/eventually.js';
import { FaultyFiles, seededRandom } from '../support/faulty-files.js';

class Said extends NoticeEvent<typeof Said.fields> {
  static override readonly fields = { n: 'number' } as const;
  get summary(): string {
    return `said ${this.fields.n}`;
  }
}

const said: string[] = [];
const log: Log = { info: () => undefined, warn: () => undefined, error: (message) => void said.push(message) };
const deadLetterPath = '/data/dead-letter.jsonl';
const numbers = (to: number): number[] => Array.from({ length: to }, (_, n) => n + 1);

/** A lane over a disk: a process that may be killed. */
class Run {
  readonly outbox: Outbox;
  readonly positions: LanePositions;
  readonly lane: Lane;
  readonly delivery: Delivery;
  readonly #stop = new AbortController();

  private constructor(made: { outbox: Outbox; positions: LanePositions; letters: DeadLetters; listener: Listener }) {
    const { outbox, positions, letters, listener } = made;
    this.outbox = outbox;
    this.positions = positions;
    this.delivery = new Delivery({
      name: 'l',
      listener,
      log,
      refused: (event, reason, number) => letters.add({ listener: 'l', number, event, reason }),
      refusedIsSafe: () => letters.sync(),
      stopped: this.#stop.signal,
    });
    const lane: Lane = new Lane({
      delivery: this.delivery,
      outbox,
      findClass: () => Said,
      position: positions.get('l')?.event ?? 0,
      log,
      stopped: this.#stop.signal,
      moved: () => positions.set('l', { event: lane.position, files: new Map() }),
    });
    this.lane = lane;
    lane.start();
  }

  static async start(fs: FaultyFiles, listener: Listener): Promise<Run> {
    const outbox = await Outbox.open({ dir: '/data/outbox', fs, log, maxBytes: 2000, segmentBytes: 700 });
    const positions = await LanePositions.open({
      path: '/data/listeners.json',
      newestEvent: outbox.lastNumber,
      log,
      fs,
    });
    // As Lanes does for a listener that is new.
    if (positions.get('l') === undefined) positions.set('l', { event: 0, files: new Map() });
    await positions.write();
    const position = (name: string): number | undefined => positions.get(name)?.event;
    const letters = await DeadLetters.open({ path: deadLetterPath, log, fs, position });
    return new Run({ outbox, positions, letters, listener });
  }

  /** Appends events up to a number, those that are there already excepted. */
  async appendTo(last: number): Promise<void> {
    const { lastNumber, lastEventId } = this.outbox;
    const batch = new EventBatch({ lastEventId, lastEventNumber: lastNumber });
    for (let n = lastNumber + 1; n <= last; n += 1) {
      batch.add(Object.assign(new Said({ n }), { id: `${n}-0`, time: n, module: 'm' }));
    }
    const block = batch.take();
    if (block !== undefined) await this.outbox.append(block, batch.lastEventId);
  }

  /** What the dispatcher does once a second; whether the lane has given up all it has to. */
  async look(): Promise<boolean> {
    const { surplus } = this.outbox;
    await this.outbox.trim(this.positions.saved('l'));
    if (surplus > 0) this.lane.giveUp(surplus);
    return this.lane.position >= surplus;
  }

  stop(): void {
    this.#stop.abort();
  }
}

/** What is whole: a loss of power leaves holes in what was not synced. */
const deadLetters = (fs: FaultyFiles): { number: number; id: string; reason: string }[] => {
  if (!fs.paths().includes(deadLetterPath)) return [];
  const lines = fs.contentOf(deadLetterPath).toString('utf8').split('\n');
  expect(lines.pop()).to.equal('');
  const isWhole = (line: string): boolean => line.startsWith('{') && !line.includes('\0');
  return lines.filter(isWhole).map((line) => {
    const { number, reason, event } = JSON.parse(line) as { number: number; reason: string; event: { id: string } };
    return { number, reason, id: event.id };
  });
};

/** Short waits: the disk is in memory. */
const soon = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) expect.fail(`not soon: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
};

const fails = (): never => {
  throw new DeliveryError('away', { retryable: true, retryAfterMs: 60_000 });
};

describe('An outbox that is full', () => {
  it('sets aside what a lane that fails has missed, each event once and in order, and goes on with what is newer', async () => {
    said.splice(0);
    const fs = new FaultyFiles();
    const got: string[] = [];
    let well = false;
    const run = await Run.start(fs, { handle: ({ id }) => (well ? void got.push(id) : fails()) });
    for (let last = 10; last <= 60; last += 10) {
      await run.appendTo(last);
      await until('the lane has given up', () => run.look());
      await run.positions.write();
    }
    await run.look();
    expect(run.outbox.bytes).to.be.at.most(2000);
    const aside = deadLetters(fs);
    expect(aside.map(({ number }) => number)).to.deep.equal(numbers(aside.length));
    expect(aside.length).to.be.within(30, 59);
    expect(aside[0]).to.deep.equal({ number: 1, id: '1-0', reason: 'the outbox is full, last: away' });
    expect(run.delivery.counters).to.include({ failed: aside.length, outbox_full: aside.length, lost: 0 });
    expect(run.lane.dropped).to.equal(0);
    const counts = said.map((line) => Number(/^listener l: the outbox is full: (\d+) events/u.exec(line)?.[1]));
    expect(counts.reduce((sum, count) => sum + count, 0)).to.equal(aside.length);
    run.stop();
    await run.outbox.close();
    well = true;
    const next = await Run.start(fs, { handle: ({ id }) => void got.push(id) });
    await until('the rest is delivered', () => next.lane.lag === 0);
    expect([...aside.map(({ id }) => id), ...got]).to.deep.equal(numbers(60).map((n) => `${n}-0`));
    next.stop();
  });

  it('does not wait for a listener that never comes back', async () => {
    const fs = new FaultyFiles();
    const clock = performance.now.bind(performance);
    let aheadMs = 0;
    performance.now = () => clock() + aheadMs;
    try {
      const run = await Run.start(fs, { handle: () => new Promise(() => undefined) });
      await run.appendTo(40);
      await until('it hangs', () => run.delivery.counters.delivered === 0 && run.lane.lag === 40);
      await run.look();
      expect(run.lane.position, 'an attempt has a while').to.equal(0);
      aheadMs = 6000;
      const { surplus } = run.outbox;
      await until('the lane has given up', () => run.look());
      expect(deadLetters(fs).map(({ number }) => number)).to.deep.equal(numbers(surplus));
      run.stop();
    } finally {
      performance.now = clock;
    }
  });

  const crash = async (diesAt: number, step: number, end: (fs: FaultyFiles) => FaultyFiles): Promise<void> => {
    let fs = new FaultyFiles();
    let last = 0;
    for (const dies of [diesAt, 2 * diesAt]) {
      const dying = fs;
      const disk = { dead: false };
      dying.fault = ({ number }) => {
        disk.dead ||= number > dies;
        return disk.dead ? { error: 'EIO', bytes: 30 } : undefined;
      };
      const run = await Run.start(dying, { handle: fails }).catch(() => undefined);
      for (let n = 0; n < 6 && run !== undefined && !disk.dead; n += 1) {
        last = Math.max(last, run.outbox.lastNumber) + step;
        void run.appendTo(last).catch(() => undefined);
        await soon('it is appended', () => disk.dead || run.outbox.lastNumber === last);
        await soon('it has given up', async () => disk.dead || (await run.look().catch(() => false)));
        if (n % 2 === 1) await run.positions.write();
      }
      run?.stop();
      fs = end(dying);
      // What still waits for the dead disk ends.
      await run?.outbox.close();
    }
    const got: string[] = [];
    const run = await Run.start(fs, { handle: ({ id }) => void got.push(id) });
    await run.appendTo(last);
    await soon('all is delivered', () => run.lane.lag === 0);
    await run.outbox.close();
    run.stop();
    const aside = deadLetters(fs).map(({ id }) => id);
    expect(new Set(aside).size, 'none is set aside twice').to.equal(aside.length);
    const all = [...new Set([...aside, ...got])];
    expect(all.sort()).to.deep.equal(
      numbers(last)
        .map((n) => `${n}-0`)
        .sort(),
    );
    expect(run.lane.dropped).to.equal(0);
  };
  const diesAt = fc.integer({ min: 3, max: 150 });
  // More at once would be twice the bound: then nothing is waited for.
  const step = fc.integer({ min: 1, max: 3 });

  it('sets each aside once, whenever the process is killed, and leaves none out', async () => {
    await fc.assert(
      fc.asyncProperty(diesAt, step, (at, by) => crash(at, by, (fs) => fs.kill())),
      { numRuns: 60 },
    );
  });

  it('leaves none out either where the power fails', async () => {
    await fc.assert(
      fc.asyncProperty(diesAt, step, fc.integer(), (at, by, seed) => {
        const random = seededRandom(seed);
        return crash(at, by, (fs) => fs.crash(random));
      }),
      { numRuns: 60 },
    );
  });
});
