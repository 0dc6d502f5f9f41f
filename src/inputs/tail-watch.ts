import { basename } from 'node:path';
import { watch } from 'chokidar';
import type { FileFinder } from '../tail-file/index.js';

/** What the watcher tells of. Anything it misses is found by polling. */
export interface WatchEvents {
  /** A file has changed or gone. */
  touched(path: string): void;
  /** A file has appeared. */
  appeared(path: string): void;
  /** What the pattern names may have changed. */
  listed(): void;
  /** Watching failed; polling goes on. */
  failed(error: unknown): void;
}

/** Closed before it is ready, chokidar leaves watches behind; what appears before it is ready, it does not tell. */
const readyWithinMs = 1000;

/** Watches the directories in which a pattern can find files, and those files, until `close`. Keeps no process alive. */
export const watchFiles = (finder: FileFinder, events: WatchEvents): { close(): Promise<void> } => {
  const watcher = watch([...finder.roots], {
    persistent: false,
    ignoreInitial: true,
    ignorePermissionErrors: true,
    atomic: false,
    ...(finder.depth === undefined ? {} : { depth: finder.depth }),
    ignored: (path, stats) => stats?.isFile() === true && !finder.mayName(basename(path)),
  });
  watcher.on('all', (event, path) => {
    if (event !== 'change') events.listed();
    if (event === 'add') events.appeared(path);
    else events.touched(path);
  });
  watcher.on('error', (error) => events.failed(error));
  const ready = new Promise<void>((done) => {
    watcher.once('ready', () => {
      events.listed();
      done();
    });
  });
  return {
    close: async () => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((done) => {
        timer = setTimeout(done, readyWithinMs);
      });
      await Promise.race([ready, late]);
      clearTimeout(timer);
      await watcher.close();
    },
  };
};
