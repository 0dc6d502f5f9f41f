import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { pause, repeating, type Sender, syslog } from './sender.js';

const linesAtOnce = 15;
const pauseMs = 10;
const kept = 12;

/** A sender whose file is rotated as logrotate does it. */
export interface FileSender extends Sender {
  /** app.log becomes app.log.1, what had that name app.log.2, …; the writer notices a little later. */
  rotate(): void;
  /** Lines written so far. */
  readonly lines: number;
}

const shift = (path: string): void => {
  if (!existsSync(path)) return;
  rmSync(`${path}.${kept}`, { force: true });
  for (let number = kept - 1; number >= 1; number -= 1) {
    if (existsSync(`${path}.${number}`)) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
  }
  renameSync(path, `${path}.1`);
};

/** Writes lines to a file. */
export const writeFile = ({ name, path }: { readonly name: string; readonly path: string }): FileSender => {
  mkdirSync(dirname(path), { recursive: true });
  let file = openSync(path, 'a');
  let lines = 0;
  let stepsToReopen = 0;
  const sender = repeating(async () => {
    let text = '';
    for (let count = 0; count < linesAtOnce; count += 1) text += `${syslog(`${name}-0-${lines++}`)}\n`;
    // In two writes: a line's end may come later than its beginning.
    const half = Math.floor(text.length * 0.7);
    writeSync(file, text.slice(0, half));
    await pause(1);
    writeSync(file, text.slice(half));
    if (stepsToReopen > 0 && --stepsToReopen === 0) {
      closeSync(file);
      file = openSync(path, 'a');
    }
    await pause(pauseMs);
  });
  return {
    get lines() {
      return lines;
    },
    rotate: () => {
      // It writes to the renamed file for a moment, as programs do until they are told.
      if (stepsToReopen > 0) return;
      shift(path);
      stepsToReopen = 3;
    },
    stop: async () => {
      await sender.stop();
      closeSync(file);
    },
  };
};
