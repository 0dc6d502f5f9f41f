import { dirname } from 'node:path';
import type { Log, Metrics } from '../module.js';
import { type AppendFiles, type AppendHandle, statIfThere } from './append-files.js';
import { cutTorn } from './cut-torn.js';
import { endOfLastLine, readAt } from './mend-last-line.js';
import { OpenFile } from './open-file.js';

/** What opening needs to know and whom it tells. */
export interface OpenOptions {
  readonly path: string;
  /** Whole lines every file begins with. */
  readonly header: Uint8Array | undefined;
  /** Permissions of a new file. */
  readonly mode: number;
  readonly files: AppendFiles;
  readonly log: Log;
  readonly metrics: Metrics;
}

const directoryMode = 0o750;
const mostMovedAside = 1000;

const moveAside = async ({ path, files, log, metrics }: OpenOptions): Promise<void> => {
  for (let n = 1; n <= mostMovedAside; n += 1) {
    const aside = `${path}.old-${n}`;
    if ((await statIfThere(files, aside)) !== undefined) continue;
    await files.rename(path, aside);
    metrics.count('moved_aside');
    log.warn(`${path} began with another header than is wanted now: it has been kept as ${aside}, a new file begins`);
    return;
  }
  throw new Error(`${path} has another header, and ${mostMovedAside} files of that name have been moved aside already`);
};

const mend = async (handle: AppendHandle, size: number, options: OpenOptions): Promise<number> => {
  const { path, log } = options;
  const end = await endOfLastLine(handle, size);
  if (end === size) return size;
  if (end === undefined) {
    log.warn(`${path} ends in the middle of a line of over 16 MiB, which is not ours: it is ended here`);
    await handle.write(Buffer.from('\n'), 0, 1);
    return size + 1;
  }
  await cutTorn(handle, { end, size }, options);
  return end;
};

const open = async (options: OpenOptions): Promise<OpenFile | undefined> => {
  const { path, header, mode, files } = options;
  const handle = await files.open(path, 'a+', mode);
  let kept = false;
  try {
    const facts = await handle.stat();
    const end = await mend(handle, facts.size, options);
    if (header !== undefined && end > 0 && !(await readAt(handle, 0, header.length)).equals(header)) return undefined;
    kept = true;
    return new OpenFile(handle, facts, end);
  } finally {
    if (!kept) await handle.close();
  }
};

/**
 * Opens the file, making it and its directories where there are none. A torn last line is cut and kept in `<path>.torn`;
 * a file that begins with another header is kept as `<path>.old-N`. Rejects with the system's error.
 */
export const openForAppend = async (options: OpenOptions): Promise<OpenFile> => {
  const { path, files } = options;
  const before = await statIfThere(files, path);
  // Opening a pipe would wait for a reader, holding one of the few threads for files.
  if (before !== undefined && !before.isFile()) throw new Error('it is no regular file');
  if (before === undefined) await files.mkdir(dirname(path), { recursive: true, mode: directoryMode });
  const found = await open(options);
  if (found !== undefined) return found;
  await moveAside(options);
  const fresh = await open(options);
  if (fresh === undefined) throw new Error('another process is writing it with another header');
  return fresh;
};
