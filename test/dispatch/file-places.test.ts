// Longer than most: one property over kills, losses of power and rotation, and the model it is held against.
import { expect } from 'chai';
import fc from 'fast-check';
import { CrashFiles } from '../appender/crash-files.js';
import { FaultyFiles as PositionsFiles, seededRandom } from '../support/faulty-files.js';
import { FileRun, header, type Line, type Name, names, pathOf } from '../support/file-run.js';

/** Lines of a file and of all it was renamed to, oldest first, without headers. */
const linesOf = (disk: CrashFiles, name: Name, rotations: number): string[] => {
  const paths = [...Array.from({ length: rotations }, (_, n) => `${pathOf(name)}.${n + 1}`), pathOf(name)];
  return paths.flatMap((path) => {
    const text = disk.text(path) ?? '';
    // Renamed with nothing but a torn header, before it held a line.
    if (name === 'one' && header.startsWith(text)) return [];
    expect(text === '' || text.endsWith('\n'), `${path} ends in a whole line: ${JSON.stringify(text)}`).to.equal(true);
    const lines = text.split('\n').slice(0, -1);
    if (name === 'one' && lines.length > 0) expect(lines.shift()).to.equal(header);
    return lines;
  });
};

const expected = (events: readonly (readonly Line[])[], name: Name): string[] =>
  events.flat().flatMap((line) => (line.name === name ? [line.text] : []));

// Few texts: equal lines must stay apart.
const line = fc.record({ name: fc.constantFrom(...names), text: fc.constantFrom('a', 'b', 'aa', 'a longer line', '') });
const events = fc.array(fc.array(line, { maxLength: 3 }), { minLength: 5, maxLength: 40 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('give' as const), count: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('save' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('safe' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('rotate' as const), name: fc.constantFrom(...names) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('die' as const), after: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Plays a script over processes that die and begin anew; all events are given in the end. */
const play = async (given: readonly (readonly Line[])[], script: readonly Step[], random?: () => number) => {
  let disk = new CrashFiles();
  let positionsDisk = new PositionsFiles();
  const rotations = { one: 0, two: 0 };
  const dying = (): void => {
    positionsDisk.fault = () => {
      disk.left -= 1;
      return disk.left < 0 ? { error: 'EIO' } : undefined;
    };
  };
  dying();
  let run = await FileRun.start(disk, positionsDisk);
  const again = async (): Promise<void> => {
    disk = disk.next(random);
    positionsDisk = random === undefined ? positionsDisk.kill() : positionsDisk.crash(random);
    dying();
    run = await FileRun.start(disk, positionsDisk);
  };
  for (const next of script) {
    try {
      if (next.do === 'give') await run.give(given, next.count);
      else if (next.do === 'flush') await run.flush();
      else if (next.do === 'save') await run.save();
      else if (next.do === 'safe') await run.safe();
      else if (next.do === 'die') disk.left = next.after;
      else if (next.do === 'restart') {
        await run.close();
        await again();
      } else if (disk.text(pathOf(next.name)) !== undefined) {
        rotations[next.name] += 1;
        disk.rotate(pathOf(next.name), `${pathOf(next.name)}.${rotations[next.name]}`);
      }
    } catch (cause) {
      expect(disk.left, String(cause)).to.be.below(0);
    }
    if (disk.left < 0) await again();
  }
  disk.left = Number.POSITIVE_INFINITY;
  await run.give(given, given.length);
  await run.close();
  return { disk, rotations };
};

describe('places of files', () => {
  it('each event is written once, in order, wherever the process is killed and however files are rotated', async () => {
    await fc.assert(
      fc.asyncProperty(events, fc.array(step, { maxLength: 40 }), async (given, script) => {
        const { disk, rotations } = await play(given, script);
        for (const name of names) expect(linesOf(disk, name, rotations[name])).to.deep.equal(expected(given, name));
      }),
      { numRuns: 400 },
    );
  });

  it('each event is written once, in order, also where the power fails and what was not synced is torn off', async () => {
    await fc.assert(
      fc.asyncProperty(events, fc.array(step, { maxLength: 40 }), fc.nat(), async (given, script, seed) => {
        const { disk, rotations } = await play(given, script, seededRandom(seed));
        for (const name of names) expect(linesOf(disk, name, rotations[name])).to.deep.equal(expected(given, name));
      }),
      { numRuns: 400 },
    );
  });

  /** Gives one line each to `one`, beginning with the event after those given. */
  const lines = (...texts: string[]): Line[][] => texts.map((text) => [{ name: 'one', text }]);
  const begin = async () => {
    const [disk, positions] = [new CrashFiles(), new PositionsFiles()];
    return { disk, positions, run: await FileRun.start(disk, positions, 0) };
  };
  const killed = async ({ run, disk, positions }: Awaited<ReturnType<typeof begin>>) => {
    const [next, nextPositions] = [disk.next(), positions.kill()];
    await run.files.one.close().catch(() => undefined); // What it does after its death comes to nothing.
    return { disk: next, positions: nextPositions, run: await FileRun.start(next, nextPositions, run.taken) };
  };
  const path = pathOf('one');

  it('a place noted while the file is rotated does not come back over the one in the new file', async () => {
    const given = lines('a', 'b', 'c');
    const world = await begin();
    let { disk, run } = world;
    await run.give(given, 2);
    await run.save();
    disk.rotate(path, `${path}.1`);
    await run.give(given);
    await run.flush();
    await run.safe();
    ({ disk, run } = await killed(world));
    expect(run.taken).to.equal(2);
    await run.give(given);
    await run.flush();
    expect(disk.text(path)).to.equal('head\nc\n');
    expect(run.told.counts.get('already_written')).to.equal(1);
  });

  it('a new file that was opened while there was nothing to write is kept before the first line goes there', async () => {
    const given = lines('a', 'b');
    const world = await begin();
    let { disk, run } = world;
    await run.give(given, 1);
    await run.save();
    await run.safe();
    disk.rotate(path, `${path}.1`);
    await run.flush();
    await run.save();
    await run.give(given, 2);
    await run.flush();
    ({ disk, run } = await killed(world));
    await run.give(given, 2);
    await run.flush();
    expect(disk.text(path)).to.equal('head\nb\n');
  });

  it('equal lines of several events stay apart', async () => {
    const given = lines('same', 'same', 'same');
    const world = await begin();
    let { disk, run } = world;
    await run.give(given, 2);
    await run.flush();
    ({ disk, run } = await killed(world));
    await run.give(given, 3);
    await run.flush();
    expect(disk.text(path)).to.equal('head\nsame\nsame\nsame\n');
  });

  it('a file emptied behind a copy is gone on with at its end: nothing is lost, and it is said', async () => {
    const given = lines('a', 'b', 'c', 'd');
    const world = await begin();
    let { disk, run } = world;
    await run.give(given, 2);
    await run.save();
    await run.safe();
    await run.give(given);
    await run.flush();
    disk.change(path, () => Buffer.alloc(0));
    ({ disk, run } = await killed(world));
    await run.give(given, 4);
    await run.flush();
    expect(disk.text(path)).to.equal('head\nc\nd\n');
    expect(run.told.counts.get('place_lost')).to.equal(1);
    expect(run.told.said.join()).to.include('the file has 5 bytes, and had 9').and.include(path);
  });

  it('a file emptied while the process runs is no reason to repeat what went into it before', async () => {
    const given = lines('a', 'b', 'c', 'd');
    const world = await begin();
    let { disk, run } = world;
    await run.give(given, 2);
    await run.flush();
    disk.change(path, () => Buffer.alloc(0));
    await run.give(given);
    await run.flush();
    ({ disk, run } = await killed(world));
    await run.give(given, 4);
    await run.flush();
    expect(disk.text(path)).to.equal('head\nc\nd\n');
    expect(run.told.counts.get('place_lost')).to.equal(undefined);
  });

  it('a file that is gone is begun anew, and it is said; not so where all had been noted', async () => {
    const given = lines('a', 'b');
    for (const saved of [false, true]) {
      const world = await begin();
      let { disk, run } = world;
      await run.give(given);
      await run.flush();
      if (saved) {
        await run.save();
        await run.safe();
      }
      disk.remove(path);
      ({ disk, run } = await killed(world));
      await run.give([...given, ...lines('c')], 3);
      await run.flush();
      expect(disk.text(path)).to.equal(saved ? 'head\nb\nc\n' : 'head\na\nb\nc\n');
      expect(run.told.counts.get('place_lost')).to.equal(saved ? undefined : 1);
    }
  });

  it('a position that claims more than the file has, as after a restored backup, is said and gone on from', async () => {
    const given = lines('a', 'b', 'c');
    const world = await begin();
    let { disk, run } = world;
    await run.give(given, 2);
    await run.save();
    await run.safe();
    disk.change(path, (content) => content.subarray(0, 7));
    ({ disk, run } = await killed(world));
    await run.give(given, 3);
    await run.flush();
    expect(disk.text(path)).to.equal('head\na\nc\n');
  });

  it('lines of another writer between ours lose nothing: what cannot be proven is written again', async () => {
    const given = lines('a', 'b', 'c', 'd');
    const world = await begin();
    let { disk, run } = world;
    for (const foreign of ['x\n', 'y\n']) {
      await run.give(given);
      await run.flush();
      disk.change(path, (content) => Buffer.concat([content, Buffer.from(foreign)]));
    }
    ({ disk, run } = await killed(world));
    await run.give(given, 4);
    await run.flush();
    expect(disk.text(path)).to.equal('head\na\nx\nb\ny\nb\nc\nd\n');
    expect(run.told.said.join()).to.include('is not what it had to write');
    expect(run.told.counts.get('already_written')).to.equal(1);
  });

  it('after a clean stop on a full disk nothing is written twice', async () => {
    const given = lines('a', 'b', 'c');
    const world = await begin();
    let { disk, run } = world;
    await run.give(given);
    await run.save();
    await run.safe();
    await run.give(given, 2);
    disk.room = 3;
    const failed = await run.close().then(
      () => false,
      () => true,
    );
    expect(failed).to.equal(true);
    ({ disk, run } = await killed(world));
    await run.give(given, 3);
    await run.flush();
    expect(disk.text(path)).to.equal('head\na\nb\nc\n');
  });
});
