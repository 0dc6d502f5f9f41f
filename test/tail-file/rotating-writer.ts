import fs from 'node:fs';
import { gzipSync } from 'node:zlib';

/** mulberry32: the same numbers for the same seed. */
export const randomFrom = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};

const kept = 9;

/**
 * Writes a log the way programs do, and rotates it the ways they are rotated. Files get times ten seconds apart, since
 * the file system's clock is coarser than a test is fast.
 */
export class RotatingWriter {
  readonly path: string;
  #fd: number | undefined;
  #seconds = Math.floor(Date.now() / 1000) - 10_000_000;

  constructor(path: string) {
    this.path = path;
  }

  write(bytes: string | Buffer): void {
    this.#fd ??= fs.openSync(this.path, 'a');
    fs.writeSync(this.#fd, typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    this.#stamp(this.#fd);
  }

  #stamp(file: string | number): void {
    this.#seconds += 10;
    if (typeof file === 'number') fs.futimesSync(file, this.#seconds, this.#seconds);
    else fs.utimesSync(file, this.#seconds, this.#seconds);
  }

  /** Closes its file; the next write opens, and creates where need be, what the path then names. */
  reopen(): void {
    if (this.#fd !== undefined) fs.closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** path.1 → path.2 …, also compressed ones; the oldest goes. */
  shift(): void {
    const real = fs.realpathSync(this.path);
    for (const ending of ['', '.gz']) fs.rmSync(`${real}.${kept}${ending}`, { force: true });
    for (let number = kept - 1; number >= 1; number -= 1) {
      for (const ending of ['', '.gz']) {
        const from = `${real}.${number}${ending}`;
        if (fs.existsSync(from)) fs.renameSync(from, `${real}.${number + 1}${ending}`);
      }
    }
  }

  /** The writer goes on writing to the renamed file until it reopens. */
  rename(to?: string): void {
    if (!fs.existsSync(this.path)) return;
    const real = fs.realpathSync(this.path);
    if (to === undefined) this.shift();
    fs.renameSync(real, to ?? `${real}.1`);
  }

  create(): void {
    fs.closeSync(fs.openSync(this.path, 'a'));
    this.#stamp(this.path);
  }

  copyTruncate(): void {
    if (!fs.existsSync(this.path)) return;
    const real = fs.realpathSync(this.path);
    this.shift();
    fs.copyFileSync(real, `${real}.1`);
    this.#stamp(`${real}.1`);
    this.truncate();
  }

  truncate(): void {
    if (!fs.existsSync(this.path)) return;
    fs.truncateSync(this.path, 0);
    this.#stamp(this.path);
  }

  delete(): void {
    this.reopen();
    fs.rmSync(this.path, { force: true });
  }

  /** Compresses the rotated file of this number as gzip(1) does: the time of the original is kept. */
  compress(number: number): void {
    const plain = `${fs.existsSync(this.path) ? fs.realpathSync(this.path) : this.path}.${number}`;
    if (!fs.existsSync(plain)) return;
    const { atime, mtime } = fs.statSync(plain);
    fs.writeFileSync(`${plain}.gz`, gzipSync(fs.readFileSync(plain)));
    fs.utimesSync(`${plain}.gz`, atime, mtime);
    fs.rmSync(plain);
  }
}
