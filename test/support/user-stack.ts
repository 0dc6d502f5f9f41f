import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes a file below a directory, with the directories it needs. */
export const place = (dir: string, name: string, text: string): string => {
  const path = join(dir, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
};

/** A stack that tells of every record in events.jsonl, and of nothing else: the tests' eyes. */
export const placeTellStack = (dir: string, listeners = ''): void => {
  place(
    dir,
    'stacks/tell.yaml',
    `description: Tell of every record\nmodules:\n  report: {}\nlisteners:\n  event-file: {}\n${listeners}`,
  );
};
