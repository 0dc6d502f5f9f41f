import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { positionsIn } from '../dispatch/lane-positions.js';

/** Where the directory is, whatever leads to it; as it is named where it is not there. */
const placeOf = (dir: string): string => {
  try {
    return realpathSync(dir);
  } catch {
    return resolve(dir);
  }
};

/** The files that listeners of a run have written; none where nothing can be read of them. */
const filesOfRun = (dataDir: string): string[] => {
  try {
    const positions = positionsIn(readFileSync(join(dataDir, 'listeners.json'), 'utf8'));
    return [...positions.values()].flatMap(({ files }) => [...files.keys()]);
  } catch {
    return [];
  }
};

/** What is wrong with `--out`, if anything: a replay would remove files that the run with this data directory has written. */
export const faultOfOut = (out: string, dataDir: string): string | undefined => {
  const place = placeOf(out);
  const right = 'a directory of its own would be right';
  if (place === placeOf(dataDir)) return `--out ${out} is the data directory of a run; ${right}`;
  const cleared = [place, join(place, 'audit')];
  const file = filesOfRun(dataDir).find((path) => cleared.includes(placeOf(dirname(path))));
  return file && `--out ${out} holds ${file}, which the run with the data directory ${dataDir} writes; ${right}`;
};
