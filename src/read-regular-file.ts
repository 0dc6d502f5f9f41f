import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

const mebi = 1024 * 1024;
/** Far more than any configuration needs, far less than memory. */
const mostBytes = 64 * mebi;

/** The bytes of a configuration file. Never waits for a pipe. @throws Error where it cannot be read, is no regular file or holds more than 64 MiB */
export const readRegularFile = (path: string): Buffer => {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    // Reading a directory fails by itself, with a code that callers know.
    if (!stats.isFile() && !stats.isDirectory())
      throw new Error('it is a pipe or a device; a regular file would be right');
    if (stats.size > mostBytes) {
      throw new Error(`it has ${stats.size} bytes; at most ${mostBytes / mebi} MiB would be right`);
    }
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
};
