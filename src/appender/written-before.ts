import { messageOf } from '../fault.js';
import type { AppendHandle } from './append-files.js';
import { cutTorn } from './cut-torn.js';
import type { FilePlace } from './file-places.js';
import { findSibling } from './find-sibling.js';
import { endOfLastLine, readAt } from './mend-last-line.js';
import type { OpenOptions } from './open-for-append.js';

const newline = 0x0a;
/** A file may be renamed between being found and being opened. */
const mostTries = 3;

/** Why nothing can be said about what was written before. */
interface Unproven {
  readonly reason: string;
}

/** How far lines stand already where the file was left. */
interface Passed {
  /** Bytes of whole lines that stand there. */
  readonly bytes: number;
  /** More cannot follow: the file's last line has been passed, or another one stands there than was given. */
  readonly over: 'ended' | 'differs' | undefined;
}

const commonLength = (one: Uint8Array, other: Uint8Array): number => {
  const most = Math.min(one.length, other.length);
  if (Buffer.compare(one.subarray(0, most), other.subarray(0, most)) === 0) return most;
  let same = 0;
  while (one[same] === other[same]) same += 1;
  return same;
};

/** What a run that was killed wrote behind the place that had been kept: lines delivered once more are compared with it, in sequence, each once. */
export class WrittenBefore {
  readonly #handle: AppendHandle;
  readonly #end: number;
  #at: number;

  private constructor(handle: AppendHandle, at: number, end: number) {
    this.#handle = handle;
    this.#at = at;
    this.#end = end;
  }

  /** Finds the file, also renamed within its directory, and mends its last line. Rejects with the system's error. */
  static async open(place: FilePlace, options: OpenOptions): Promise<WrittenBefore | Unproven> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const found = await find(place, options);
      if (found === undefined) break;
      if ('reason' in found) return found;
      const { handle, path } = found;
      const opened = await openedAt(handle, place, { ...options, path }).catch(async (cause: unknown) => {
        await handle.close();
        throw cause;
      });
      if (typeof opened === 'number') return new WrittenBefore(handle, place.end, opened);
      await handle.close();
      if (opened !== undefined) return opened;
    }
    return { reason: 'the file is no longer in its directory' };
  }

  /** Goes on by the whole lines that equal what stands there. */
  async pass(lines: Uint8Array): Promise<Passed> {
    const there = await readAt(this.#handle, this.#at, Math.min(lines.length, this.#end - this.#at));
    const same = commonLength(lines, there);
    const bytes = same === 0 ? 0 : lines.lastIndexOf(newline, same - 1) + 1;
    this.#at += bytes;
    if (this.#at >= this.#end) return { bytes, over: 'ended' };
    return { bytes, over: bytes < lines.length ? 'differs' : undefined };
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** The open file; what keeps us from it must not keep us from writing. */
const find = async (
  place: FilePlace,
  { path, files, mode }: OpenOptions,
): Promise<{ readonly path: string; readonly handle: AppendHandle } | Unproven | undefined> => {
  try {
    const found = await findSibling(files, path, place);
    return found === undefined ? undefined : { path: found, handle: await files.open(found, 'r+', mode) };
  } catch (cause) {
    return { reason: `the file cannot be looked for: ${messageOf(cause)}` };
  }
};

/** Where its last whole line ends; undefined where the path has come to lead to another file meanwhile. */
const openedAt = async (
  handle: AppendHandle,
  place: FilePlace,
  options: OpenOptions,
): Promise<number | Unproven | undefined> => {
  const { dev, ino, size } = await handle.stat();
  if (dev !== place.dev || ino !== place.ino) return undefined;
  if (size < place.end) return { reason: `the file has ${size} bytes, and had ${place.end}` };
  if (place.end > 0 && (await readAt(handle, place.end - 1, 1))[0] !== newline)
    return { reason: `no line of the file ends at byte ${place.end} any more` };
  const end = await endOfLastLine(handle, size);
  if (end === undefined) return { reason: 'the file ends in the middle of a line of over 16 MiB' };
  if (end < size) await cutTorn(handle, { end, size }, options);
  return end;
};
