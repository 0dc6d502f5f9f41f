import { basename } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import type { FileFinder } from '../tail-file/index.js';

/** What the watcher tells of. Anything it misses is found by polling. */
export interface WatchEvents {
  /** A file has changed, appeared or gone. */
  touched(path: string): void;
  /** What the pattern names may have changed. */
  listed(): void;
  /** Watching failed; polling goes on. */
  failed(error: unknown): void;
}

/** Watches the directories in which a pattern can find files, and those files. */
export const watchFiles = (finder: FileFinder, events: WatchEvents): FSWatcher => {
  const watcher = watch([...finder.roots], {
    ignoreInitial: true,
    ignorePermissionErrors: true,
    atomic: false,
    ...(finder.depth === undefined ? {} : { depth: finder.depth }),
    ignored: (path, stats) => stats?.isFile() === true && !finder.mayName(basename(path)),
  });
  watcher.on('all', (event, path) => {
    if (event !== 'change') events.listed();
    events.touched(path);
  });
  watcher.on('error', (error) => events.failed(error));
  return watcher;
};
