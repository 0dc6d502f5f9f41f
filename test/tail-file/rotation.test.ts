import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { parseTailPosition, TailFile, type TailPosition } from '../../src/tail-file/index.js';
import { RotatingWriter, randomFrom } from './rotating-writer.js';

const total = 10_000;

interface Run {
  readonly received: string[];
  readonly destroyed: Set<string>;
  readonly destroyedBytes: number;
  readonly gapBytes: number;
}

/** Writes numbered lines, rotates, polls and (where asked) restarts, all at random moments. */
const run = async (directory: string, seed: number, options: { readonly restarts: boolean }): Promise<Run> => {
  const random = randomFrom(seed);
  const log = path.join(directory, 'app.log');
  const writer = new RotatingWriter(log);
  const received: string[] = [];
  const destroyed = new Set<string>();
  let destroyedBytes = 0;
  let gapBytes = 0;
  let room = Number.POSITIVE_INFINITY;
  let now = 0;
  const follow = (position: TailPosition | undefined): TailFile =>
    new TailFile({
      path: log,
      pollBytes: 2000 + random(20_000),
      ...(position === undefined ? {} : { position }),
      onLine: (bytes, start, end) => {
        if (room <= 0) return false;
        room -= 1;
        received.push(bytes.toString('utf8', start, end));
        return true;
      },
    });
  let tail = follow(undefined);
  let written = 0;
  const lines: string[] = [];
  const poll = async (): Promise<boolean> => {
    now += 50 + random(300);
    return (await tail.poll(now)).more;
  };
  const readAll = async (): Promise<void> => {
    room = Number.POSITIVE_INFINITY;
    while (await poll());
  };
  const write = (): void => {
    for (let count = 1 + random(30); count > 0 && written < total; count -= 1) {
      const line = `line ${written} ${'é€x'.repeat(random(8))}`;
      lines.push(line);
      writer.write(`${line}\n`);
      written += 1;
    }
  };
  const destroy = async (): Promise<void> => {
    writer.reopen();
    writer.create();
    await readAll();
    write();
    room = random(10);
    while (await poll()) if (room === 0) break;
    await poll();
    for (const line of lines.slice(received.length + destroyed.size)) {
      destroyed.add(line);
      destroyedBytes += Buffer.byteLength(line) + 1;
    }
    writer.truncate();
  };
  const restart = async (): Promise<void> => {
    const stored: unknown = JSON.parse(JSON.stringify(tail.position() ?? null));
    gapBytes += tail.counters.gap_bytes;
    await tail.close();
    writer.reopen();
    for (let more = random(4); more > 0; more -= 1) {
      write();
      if (random(2) === 0) writer.copyTruncate();
      else {
        writer.rename();
        writer.reopen();
      }
      if (random(2) === 0) writer.compress(1 + random(2));
    }
    write();
    tail = follow(parseTailPosition(stored));
  };
  const ways: readonly (() => void | Promise<void>)[] = [
    () => {
      writer.rename();
      writer.create();
      writer.reopen();
    },
    () => {
      writer.rename();
      write();
      writer.reopen();
    },
    () => {
      writer.rename();
      writer.create();
      write();
      if (random(2) === 0) writer.reopen();
    },
    () => writer.copyTruncate(),
    async () => {
      await readAll();
      writer.truncate();
    },
    destroy,
    async () => {
      await readAll();
      writer.delete();
    },
    async () => {
      await poll();
      writer.compress(1 + random(2));
    },
  ];
  write();
  await poll();
  while (written < total) {
    write();
    room = random(3) === 0 ? random(40) : Number.POSITIVE_INFINITY;
    for (let count = random(3); count > 0; count -= 1) await poll();
    for (let count = random(4) === 0 ? 1 + random(3) : 0; count > 0; count -= 1) {
      await ways[random(ways.length)]?.();
      if (random(2) === 0) write();
    }
    if (options.restarts && random(60) === 0) await restart();
    await poll();
  }
  await readAll();
  for (let count = 0; count < 5; count += 1) await readAll();
  gapBytes += tail.counters.gap_bytes;
  await tail.close();
  writer.reopen();
  expect(lines).to.have.length(total);
  const expected = lines.filter((line) => !destroyed.has(line));
  const at = expected.findIndex((line, index) => received[index] !== line);
  expect(received.slice(Math.max(0, at - 2), at + 6), `seed ${seed}, line ${at}`).to.deep.equal(
    expected.slice(Math.max(0, at - 2), at + 6),
  );
  expect(received.length).to.equal(expected.length);
  return { received, destroyed, destroyedBytes, gapBytes };
};

describe('TailFile through random rotations', () => {
  let directory: string;
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'tail-'));
  });
  afterEach(() => {
    fs.rmSync(directory, { recursive: true });
  });

  const seeds = (process.env['TAIL_SEEDS'] ?? '1,2,3').split(',').map(Number);
  for (const seed of seeds) {
    it(`gives every line once and in order, and what truncation destroyed is the counted gap (seed ${seed})`, async () => {
      const { destroyedBytes, gapBytes } = await run(directory, seed, { restarts: false });
      expect(gapBytes).to.equal(destroyedBytes);
      expect(destroyedBytes).to.be.greaterThan(0);
    });
    it(`does so over restarts, with rotations in between (seed ${seed})`, async () => {
      const { destroyedBytes, gapBytes } = await run(directory, seed + 1000, { restarts: true });
      expect(gapBytes).to.equal(destroyedBytes);
    });
  }
});
