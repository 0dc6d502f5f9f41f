import { expect } from 'chai';
import fc from 'fast-check';
import { AppendFile } from '../../src/appender/append-file.js';
import { LanePlaces } from '../../src/dispatch/lane-places.js';
import { LanePositions } from '../../src/dispatch/lane-positions.js';
import { CrashFiles } from '../appender/crash-files.js';
import { type Recorded, record } from '../contracts/listener-context.js';
import { FaultyFiles as PositionsFiles, seededRandom } from '../support/faulty-files.js';

const names = ['one', 'two'] as const;
type Name = (typeof names)[number];
const pathOf = (name: Name): string => `/logs/${name}.log`;
const header = 'head';

/** One run of a process with a listener that writes two files; it gives events to it as a lane does. */
class Run {
  taken: number;
  readonly told: Recorded = record();
  readonly places: LanePlaces;
  readonly positions: LanePositions;
  readonly files: Readonly<Record<Name, AppendFile>>;

  private constructor(positions: LanePositions, disk: CrashFiles, newestBefore: number) {
    this.positions = positions;
    this.taken = positions.get('l')?.event ?? 0;
    this.places = new LanePlaces({ lane: 'l', positions, newestBefore });
    const { log, metrics } = this.told;
    const options = { files: disk, log, metrics, places: this.places, batchBytes: 40 };
    this.files = {
      one: new AppendFile({ ...options, path: pathOf('one'), header }),
      two: new AppendFile({ ...options, path: pathOf('two') }),
    };
  }

  static async start(disk: CrashFiles, positionsDisk: PositionsFiles, newestBefore = 1e6): Promise<Run> {
    const { log } = record();
    const path = '/data/listeners.json';
    const positions = await LanePositions.open({ path, newestEvent: newestBefore, log, fs: positionsDisk });
    return new Run(positions, disk, newestBefore);
  }

  async give(events: readonly (readonly Line[])[], count = 1): Promise<void> {
    for (let n = 0; n < count && this.taken < events.length; n += 1) {
      this.places.event = this.taken + 1;
      for (const { name, text } of events[this.taken] ?? []) await this.files[name].add(text);
      this.taken += 1;
    }
  }

  async flush(): Promise<void> {
    for (const name of names) await this.files[name].flush();
  }

  async save(): Promise<void> {
    if (this.places.waiting) return;
    await this.flush();
    await this.places.reached(this.taken);
  }

  async safe(): Promise<void> {
    this.places.safeUpTo(this.taken);
    await this.positions.write();
  }

  async close(): Promise<void> {
    for (const name of names) await this.files[name].close();
    this.places.settle(this.taken);
    await this.positions.write();
  }
}

interface Line {
  readonly name: Name;
  readonly text: string;
}

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
  let run = await Run.start(disk, positionsDisk);
  const again = async (): Promise<void> => {
    disk = disk.next(random);
    positionsDisk = random === undefined ? positionsDisk.kill() : positionsDisk.crash(random);
    dying();
    run = await Run.start(disk, positionsDisk);
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
});
