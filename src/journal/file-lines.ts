import type { OpenFile } from './file-layer.js';

const newline = 0x0a;
const pieceBytes = 256 * 1024;

/** Lines of a file, newlines included; what follows the last newline comes last, without one. Rejects with the system's error. */
export const linesOf = async function* (file: OpenFile): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  for (let at = 0; ; ) {
    const piece = Buffer.allocUnsafe(pieceBytes);
    const count = await file.read(piece, at);
    if (count === 0) break;
    let from = 0;
    for (let end = piece.indexOf(newline); end >= 0 && end < count; end = piece.indexOf(newline, from)) {
      yield Buffer.concat([...pieces, piece.subarray(from, end + 1)]);
      pieces = [];
      from = end + 1;
    }
    if (from < count) pieces.push(piece.subarray(from, count));
    at += count;
  }
  if (pieces.length > 0) yield Buffer.concat(pieces);
};

/** Whether a line was written to its end. */
export const isWhole = (line: Buffer): boolean => line.at(-1) === newline;
