import { listArchived } from './archived-segment.js';
import { type FileLayer, realFiles } from './file-layer.js';
import { listSegments } from './segment-files.js';

/** Number of the oldest entry a journal's directory has, compressed segments included; undefined where there is none. */
export const oldestKept = async (dir: string, fs: FileLayer = realFiles): Promise<number | undefined> => {
  const [archived] = await listArchived(fs, dir);
  const [segment] = await listSegments(fs, dir);
  if (archived === undefined || segment === undefined) return archived?.firstSeq ?? segment?.firstSeq;
  return Math.min(archived.firstSeq, segment.firstSeq);
};
