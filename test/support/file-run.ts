import { AppendFile } from '../../src/appender/append-file.js';
import { LanePlaces } from '../../src/dispatch/lane-places.js';
import { LanePositions } from '../../src/dispatch/lane-positions.js';
import type { CrashFiles } from '../appender/crash-files.js';
import { type Recorded, record } from '../contracts/listener-context.js';
import type { FaultyFiles as PositionsFiles } from './faulty-files.js';

/** The files of the listener. */
export const names = ['one', 'two'] as const;
/** One of them. */
export type Name = (typeof names)[number];
/** Where it is. */
export const pathOf = (name: Name): string => `/logs/${name}.log`;
/** What the first of them begins with. */
export const header = 'head';

/** A line of an event. */
export interface Line {
  readonly name: Name;
  readonly text: string;
}

/** One run of a process with a listener that writes two files; it gives events to it as a lane does. */
export class FileRun {
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

  static async start(disk: CrashFiles, positionsDisk: PositionsFiles, newestBefore = 1e6): Promise<FileRun> {
    const { log } = record();
    const path = '/data/listeners.json';
    const positions = await LanePositions.open({ path, newestEvent: newestBefore, log, fs: positionsDisk });
    return new FileRun(positions, disk, newestBefore);
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
    // As a lane: what could not be flushed is not delivered, and comes again.
    const delivered = await this.flush().then(
      () => this.taken,
      () => this.positions.get('l')?.event ?? 0,
    );
    try {
      for (const name of names) await this.files[name].close();
    } finally {
      this.places.settle(delivered);
      await this.positions.write();
    }
  }
}
