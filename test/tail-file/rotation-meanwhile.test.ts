import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { Follow, newDirectory } from './follow.js';
import { meanwhile } from './meanwhile.js';
import { randomFrom } from './rotating-writer.js';

/** Rotates and compresses as logrotate does, one change of the disk at a time. */
class Rotation {
  readonly lines: string[] = [];
  readonly #log: string;
  #seconds = Math.floor(Date.now() / 1000) - 10_000_000;

  readonly #kept: number;

  constructor(log: string, kept: number) {
    this.#log = log;
    this.#kept = kept;
  }

  write(count: number): void {
    for (let more = count; more > 0; more -= 1) {
      const line = `line ${this.lines.length}`;
      this.lines.push(line);
      fs.appendFileSync(this.#log, `${line}\n`);
    }
    this.#seconds += 10;
    fs.utimesSync(this.#log, this.#seconds, this.#seconds);
  }

  *steps(): Generator<undefined, void> {
    fs.rmSync(`${this.#log}.${this.#kept}.gz`, { force: true });
    yield;
    for (let number = this.#kept - 1; number >= 1; number -= 1) {
      const from = `${this.#log}.${number}.gz`;
      if (!fs.existsSync(from)) continue;
      fs.renameSync(from, `${this.#log}.${number + 1}.gz`);
      yield;
    }
    const plain = `${this.#log}.1`;
    fs.renameSync(this.#log, plain);
    yield;
    this.write(1 + (this.lines.length % 7));
    yield;
    const packed = gzipSync(fs.readFileSync(plain));
    fs.writeFileSync(`${plain}.gz`, packed.subarray(0, packed.length / 2));
    yield;
    fs.writeFileSync(`${plain}.gz`, packed);
    const { atime, mtime } = fs.statSync(plain);
    fs.utimesSync(`${plain}.gz`, atime, mtime);
    yield;
    fs.rmSync(plain);
    yield;
  }

  whole(): void {
    const steps = this.steps();
    while (steps.next().done !== true);
  }
}

describe('TailFile while files are rotated and compressed under its hands', () => {
  let directory: ReturnType<typeof newDirectory>;
  let log: string;
  let rotation: Rotation;
  beforeEach(() => {
    directory = newDirectory();
    log = path.join(directory.path, 'app.log');
  });
  afterEach(() => directory.remove());

  /** Rotates so many times, a step now and then, while the file system is asked. */
  const during = async (seed: number, rotations: number, work: () => Promise<unknown>): Promise<void> => {
    const random = randomFrom(seed);
    const every = 1 + random(6);
    let left = rotations;
    let steps: Generator<undefined, void> | undefined;
    await meanwhile(() => {
      if (random(every) > 0) return;
      if (steps === undefined && left > 0) {
        steps = rotation.steps();
        left -= 1;
      }
      if (steps?.next().done === true) steps = undefined;
    }, work);
    while (steps !== undefined && steps.next().done !== true);
  };

  const expectAll = (follow: Follow, seed: number): void => {
    const { gaps } = follow.tail.counters;
    const missed = rotation.lines.filter((line) => !follow.lines.includes(line));
    if (gaps === 0 || keptFor(seed) > 3) expect(missed, `seed ${seed}: lost without a word`).to.deep.equal([]);
    if (keptFor(seed) > 3) expect(gaps, `seed ${seed}: nothing was lost`).to.equal(0);
    const got = rotation.lines.filter((line) => follow.lines.includes(line));
    expect(follow.lines, `seed ${seed}: order`).to.deep.equal(got);
  };

  /** Rotated files that are kept: some are removed before they were seen where these are few. */
  const keptFor = (seed: number): number => (seed % 4 === 0 ? 3 : 40);

  const seeds = (process.env['TAIL_SEEDS'] ?? '1,2,3,4,5,6,7,8').split(',').map(Number);
  for (const seed of seeds) {
    it(`restores its place: every line once, in order, or a gap (seed ${seed})`, async () => {
      const random = randomFrom(seed);
      rotation = new Rotation(log, keptFor(seed));
      rotation.write(20);
      const before = new Follow(log);
      before.room = 10 + random(11);
      await before.read();
      for (let count = random(4); count > 0; count -= 1) rotation.whole();
      const follow = await before.restart(log);
      follow.lines.push(...before.lines);
      await during(seed, 1 + random(8), () => follow.read());
      for (let count = 0; count < 4; count += 1) await follow.read(2000);
      await follow.tail.close();
      expectAll(follow, seed);
    });

    it(`follows: every line once, in order, or a gap (seed ${seed})`, async () => {
      const random = randomFrom(seed);
      rotation = new Rotation(log, keptFor(seed));
      rotation.write(20);
      const follow = new Follow(log);
      await follow.read();
      for (let round = 0; round < 5; round += 1) {
        for (let count = random(3); count > 0; count -= 1) rotation.whole();
        await during(seed * 100 + round, 1 + random(3), () => follow.read());
      }
      for (let count = 0; count < 4; count += 1) await follow.read(2000);
      await follow.tail.close();
      expectAll(follow, seed);
    });
  }
});
