import type { AppendHandle } from './append-files.js';

const newline = 0x0a;
const chunkBytes = 65_536;
/** No line of ours is longer; a file without a newline for so long was not written by us and is not cut. */
const longestLine = 16_777_216;

/** Reads exactly `length` bytes at `position`, or what there is of them. */
export const readAt = async (handle: AppendHandle, position: number, length: number): Promise<Buffer> => {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
};

/**
 * Where the last whole line of the file ends, in bytes: its size, unless a crash tore the last line.
 * Undefined where no newline is found within 16 MiB of the end.
 */
export const endOfLastLine = async (handle: AppendHandle, size: number): Promise<number | undefined> => {
  let end = size;
  while (end > 0) {
    if (size - end >= longestLine) return undefined;
    // One byte first: almost every file ends as it should.
    const length = Math.min(end === size ? 1 : chunkBytes, end);
    const chunk = await readAt(handle, end - length, length);
    const at = chunk.lastIndexOf(newline);
    if (at >= 0) return end - length + at + 1;
    end -= length;
  }
  return 0;
};
