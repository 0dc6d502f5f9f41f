import type { AppendHandle } from './append-files.js';
import { readAt } from './mend-last-line.js';
import type { OpenOptions } from './open-for-append.js';
import { OpenFile } from './open-file.js';

const keepTorn = async ({ path, mode, files }: OpenOptions, torn: Uint8Array): Promise<void> => {
  const handle = await files.open(`${path}.torn`, 'a+', mode);
  try {
    const lines = Buffer.concat([torn, Buffer.from('\n')]);
    const { error } = await new OpenFile(handle, await handle.stat(), 0).append(lines);
    if (error !== undefined) throw error;
  } finally {
    await handle.close();
  }
};

/** Cuts off what stands behind a file's last whole line, keeps it in `<path>.torn`, counts it and says so. */
export const cutTorn = async (
  handle: AppendHandle,
  { end, size }: { readonly end: number; readonly size: number },
  options: OpenOptions,
): Promise<void> => {
  const { path, log, metrics } = options;
  await keepTorn(options, await readAt(handle, end, size - end));
  await handle.truncate(end);
  metrics.count('torn_bytes', size - end);
  log.warn(`${path} ended in a torn line: its ${size - end} bytes have been moved to ${path}.torn`);
};
