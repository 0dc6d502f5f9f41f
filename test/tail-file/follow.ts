import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { TailFile, type TailFileOptions, type TailReport } from '../../src/tail-file/index.js';

/** A new directory, and its removal. */
export const newDirectory = (): { readonly path: string; remove(): void } => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'tail-'));
  return { path: directory, remove: () => fs.rmSync(directory, { recursive: true, force: true }) };
};

/** A TailFile that collects, on a clock of its own. */
export class Follow {
  readonly lines: string[] = [];
  readonly raw: Buffer[] = [];
  readonly flags: number[] = [];
  readonly storedAt: (number | undefined)[] = [];
  readonly reports: TailReport[] = [];
  readonly tail: TailFile;
  /** Lines that are still taken. */
  room = Number.POSITIVE_INFINITY;
  now = 0;

  constructor(file: string, options: Partial<TailFileOptions> = {}) {
    this.tail = new TailFile({
      path: file,
      onReport: (report) => this.reports.push(report),
      onLine: (bytes, start, end, flags, storedAt) => {
        if (this.room <= 0) return false;
        this.room -= 1;
        this.lines.push(bytes.toString('utf8', start, end));
        this.raw.push(Buffer.from(bytes.subarray(start, end)));
        this.flags.push(flags);
        this.storedAt.push(storedAt);
        return true;
      },
      ...options,
    });
  }

  /** Polls until nothing is left to read, after this much time. */
  async read(afterMs = 250): Promise<readonly string[]> {
    this.now += afterMs;
    while ((await this.tail.poll(this.now)).more && this.room > 0);
    return this.lines;
  }

  /** Stops, and begins again from the position, as after a restart. */
  async restart(file: string, options: Partial<TailFileOptions> = {}): Promise<Follow> {
    const position = JSON.parse(JSON.stringify(this.tail.position())) as NonNullable<TailFileOptions['position']>;
    await this.tail.close();
    return new Follow(file, { ...options, position });
  }

  kinds(): readonly string[] {
    return this.reports.map(({ kind }) => kind);
  }
}

/** Before each test of a suite, a file in a directory of its own, followed; afterwards all is gone. */
export const followEach = (
  set: (made: { readonly dir: string; readonly log: string; readonly follow: Follow }) => void,
): void => {
  let end: () => Promise<void>;
  beforeEach(() => {
    const directory = newDirectory();
    const log = path.join(directory.path, 'app.log');
    const follow = new Follow(log);
    end = async () => {
      await follow.tail.close();
      directory.remove();
    };
    set({ dir: directory.path, log, follow });
  });
  afterEach(() => end());
};
